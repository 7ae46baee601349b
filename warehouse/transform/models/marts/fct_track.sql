{{ incremental_by_patient() }}
-- One row per track: where it is on the ladder, as the landed states say.
{% set shape = {
    "condition": "VARCHAR", "clinic": "VARCHAR", "therapist": "VARCHAR", "program": "VARCHAR",
    "closed_at": "TIMESTAMPTZ", "policy": "VARCHAR", "policy_version": "INTEGER",
    "tracks": [{
        "muscle_group": "VARCHAR", "side": "VARCHAR", "stage": "VARCHAR", "since": "TIMESTAMPTZ",
        "sessions_in_stage": "INTEGER", "good_streak": "INTEGER", "pain_trend": "DOUBLE",
        "adherence_14d": "DOUBLE", "plateau": "BOOLEAN", "regression": "BOOLEAN",
        "last_decision": {"action": "VARCHAR", "rule": "VARCHAR", "decided_at": "TIMESTAMPTZ"},
        "missing": [{"code": "VARCHAR", "text": "VARCHAR"}], "next_review_at": "TIMESTAMPTZ",
    }],
} %}
with read as (
    select
        coalesce(surviving.surviving_key, state.patient_key) as patient_key,
        state.patient_key = coalesce(surviving.surviving_key, state.patient_key) as is_surviving,
        state.episode_id,
        from_json(state.view, '{{ shape | tojson }}') as view
    from {{ source("lake", "progression") }} as state
    left join {{ ref("stg_patients__surviving") }} as surviving on state.patient_key = surviving.patient_key
    where {{ touched_only("state.patient_key") }}
),

tracks as (
    select *
    from (select *, unnest(view.tracks) as track from read)
    qualify row_number() over (
        partition by patient_key, episode_id, track.muscle_group, track.side
        order by is_surviving desc, track.since desc nulls last
    ) = 1
)

select
    patient_key,
    episode_id,
    track.muscle_group as muscle_group,
    track.side as side,
    view.clinic as clinic,
    view.therapist as therapist,
    view.condition as condition,
    view.program as program,
    track.stage as stage,
    track.since as since,
    track.sessions_in_stage as sessions_in_stage,
    track.good_streak as good_streak,
    track.pain_trend as pain_trend,
    track.adherence_14d as adherence_14d,
    coalesce(track.plateau, false) as plateau,
    coalesce(track.regression, false) as regression,
    track.last_decision.action as last_action,
    track.last_decision.rule as last_rule,
    track.last_decision.decided_at as last_decided_at,
    list_transform(coalesce(track.missing, []), lambda each: each.text) as missing,
    track.next_review_at as next_review_at,
    view.closed_at is null as is_open,
    view.policy as policy,
    view.policy_version as policy_version
from tracks
order by clinic, therapist, patient_key, episode_id, muscle_group, side
