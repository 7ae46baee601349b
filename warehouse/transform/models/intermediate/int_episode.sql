-- One row per patient and episode: how it opened, its first program (time zero), how it closed.
with opened as (
    select *
    from {{ ref("stg_events__episode_opened") }}
    qualify row_number() over (partition by patient_key, episode_id order by occurred_at, event_id) = 1
),

closed as (
    select
        patient_key,
        episode_id,
        min(occurred_at) as closed_at,
        arg_min(reason, (occurred_at, event_id)) as close_reason
    from {{ ref("stg_events__episode_closed") }}
    group by all
)

select
    opened.patient_key,
    opened.episode_id,
    opened.clinic,
    case when opened.zone in (select name from pg_timezone_names()) then opened.zone else 'UTC' end as zone,
    opened.condition,
    opened.body_region,
    opened.side,
    opened.onset_on,
    opened.origin,
    opened.chronicity,
    opened.severity,
    opened.age_band,
    opened.sex,
    opened.comorbidity_count,
    opened.prior_surgery,
    opened.payer_class,
    opened.therapist,
    opened.occurred_at as opened_at,
    opened.event_id as opening_event_id,
    program.occurred_at as time_zero,
    program.program,
    coalesce(program.goals, []) as goals,
    coalesce(program.techniques, []) as techniques,
    coalesce(program.muscle_groups, []) as muscle_groups,
    program.sessions_per_week,
    closed.closed_at,
    closed.close_reason
from opened
left join closed using (patient_key, episode_id)
left join {{ ref("int_program__assigned") }} as program
    on opened.patient_key = program.patient_key
    and opened.episode_id = program.episode_id
    and program.position = 1
