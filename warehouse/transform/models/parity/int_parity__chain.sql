-- One row per track and promise of its recorded transitions: an unbroken chain from its entry to its stage,
-- and each stage that a therapist set, followed.
with tracks as (
    select patient_key, episode_id, unnest(view.tracks) as track
    from {{ ref("int_parity__state") }}
    where is_compared
),

chains as (
    select
        patient_key,
        episode_id,
        track.muscle_group || ' ' || track.side as place,
        list_transform(track.history, lambda one: one.to_stage)[:-2] as entered,
        list_transform(track.history, lambda one: one.from_stage)[2:] as left_from,
        track.history[1].from_stage as first_from,
        track.history[-1].to_stage as last_to,
        track.stage as stage
    from tracks
),

set_by_hand as (
    {{ attributed_events("stg_events__stage_overridden", placed=true) }}
),

followed as (
    select
        override.patient_key,
        override.episode_id,
        override.muscle_group || ' ' || override.side as place,
        override.occurred_at,
        override.to_stage,
        max(fact.to_stage) as set_to
    from set_by_hand as override
    inner join {{ ref("int_parity__state") }} as state
        on override.patient_key = state.patient_key
        and override.episode_id = state.episode_id
        and state.is_compared
    left join (
        select patient_key, episode_id, track.muscle_group as muscle_group, unnest(track.history) as fact
        from tracks
    ) as told
        on override.patient_key = told.patient_key
        and override.episode_id = told.episode_id
        and override.muscle_group = told.muscle_group
        and told.fact.kind = 'stage_overridden'
        and told.fact.occurred_at = override.occurred_at
        and told.fact.to_stage = override.to_stage
    group by override.event_id, override.patient_key, override.episode_id, override.muscle_group,
        override.side, override.occurred_at, override.to_stage
)

select patient_key, episode_id, 'chain_of_stages' as name, unnest(fields, recursive := true)
from (
    select
        patient_key,
        episode_id,
        [
            {{ beside("place || ': stages left'", "left_from", "entered") }},
            {{ beside("place || ': stage before the entry'", "first_from", "null::varchar") }},
            {{ beside("place || ': stage'", "stage", "last_to") }}
        ] as fields
    from chains
)
union all
select patient_key, episode_id, 'overrides_followed' as name, unnest(fields, recursive := true)
from (
    select
        patient_key,
        episode_id,
        [
            {{ beside("place || ': set by hand at ' || occurred_at", "set_to", "to_stage") }}
        ] as fields
    from followed
)
