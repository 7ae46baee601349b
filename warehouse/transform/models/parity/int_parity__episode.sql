-- One row per episode and field of its view that SQL recomputes: how it opened and closed, its program, its
-- sessions, the adherence and the slope of pain that its tracks show, and its chains of stages.
with recomputed as (
    select
        episode.*,
        latest.program as latest_program,
        latest.policy,
        latest.policy_version
    from {{ ref("int_episode") }} as episode
    left join {{ ref("int_program__assigned") }} as latest
        on episode.patient_key = latest.patient_key
        and episode.episode_id = latest.episode_id
        and latest.replaced_at is null
    where episode.patient_key in (select patient_key from {{ ref("int_parity__state") }} where is_compared)
),

visits as (
    select
        patient_key, episode_id,
        count(*) filter (attended) as attended,
        count(*) filter (not attended) as missed
    from {{ ref("int_session") }}
    where patient_key in (select patient_key from {{ ref("int_parity__state") }} where is_compared)
    group by all
),

courses as (
    select
        session.patient_key, session.episode_id,
        arg_max(adherence.adherence_14d, session.position) as adherence_14d
    from {{ ref("int_parity__session") }} as session
    left join {{ ref("int_parity__adherence") }} as adherence using (patient_key, episode_id, session_key)
    group by all
),

-- Points of pain per week over the last four sessions of which pain was told.
slopes as (
    select
        patient_key, episode_id,
        case
            when count(*) >= 3 and var_pop(epoch(started_at) / 604800) * count(*) >= 1e-6
                then regr_slope(pain_during, epoch(started_at) / 604800)
        end as pain_trend
    from (
        select *
        from {{ ref("int_parity__session") }}
        where pain_during is not null
        qualify row_number() over (partition by patient_key, episode_id order by position desc) <= 4
    )
    group by all
),

paired as (
    select
        coalesce(state.patient_key, recomputed.patient_key) as patient_key,
        coalesce(state.episode_id, recomputed.episode_id) as episode_id,
        state.view,
        recomputed.* exclude (patient_key, episode_id),
        recomputed.episode_id as episode_found,
        state.episode_id as episode_published,
        coalesce(visits.attended, 0) as attended,
        coalesce(visits.missed, 0) as missed,
        courses.adherence_14d,
        slopes.pain_trend
    from (select * from {{ ref("int_parity__state") }} where is_compared) as state
    full join recomputed using (patient_key, episode_id)
    left join visits
        on recomputed.patient_key = visits.patient_key and recomputed.episode_id = visits.episode_id
    left join courses
        on recomputed.patient_key = courses.patient_key and recomputed.episode_id = courses.episode_id
    left join slopes
        on recomputed.patient_key = slopes.patient_key and recomputed.episode_id = slopes.episode_id
)

select patient_key, episode_id, 'episode_view' as name, unnest(fields, recursive := true)
from (
    select
        patient_key,
        episode_id,
        [
            {{ beside("'episode_id'", "episode_published", "episode_found") }}
            {%- for name in ["opened_at", "closed_at", "close_reason", "condition", "clinic", "policy",
                "policy_version", "time_zero"] %},
            {{ beside("'" ~ name ~ "'", "view." ~ name, name) }}
            {%- endfor %},
            {{ beside("'program'", "view.program", "latest_program") }},
            {{ beside("'sessions_attended'", "coalesce(view.sessions_attended, 0)", "attended") }},
            {{ beside("'sessions_missed'", "coalesce(view.sessions_missed, 0)", "missed") }},
            {{ beside("'tracks[0].adherence_14d'", "view.tracks[1].adherence_14d",
                "if(len(view.tracks) > 0, adherence_14d, null)", 0.0011) }},
            {{ beside("'tracks[0].pain_trend'", "view.tracks[1].pain_trend",
                "if(len(view.tracks) > 0, pain_trend, null)", 0.0011) }}
        ] as fields
    from paired
)
