{{ incremental_by_patient() }}
-- One row per person of whom anything is known, under a random key: never who it is.
with seen as (
    select patient_key, opened_at as happened_at, 'episode' as kind from {{ ref("int_episode") }}
    union all
    select patient_key, started_at, 'session' from {{ ref("int_session") }} where attended
    union all
    select patient_key, started_at, 'missed' from {{ ref("int_session") }} where not attended
    union all
    select patient_key, occurred_at, 'value' from {{ ref("int_outcome") }}
    union all
    select patient_key, occurred_at, 'set' from {{ ref("int_exercise_set") }}
    union all
    select patient_key, occurred_at, 'symptom' from {{ ref("int_symptom") }}
),

counted as (
    select
        patient_key,
        min(happened_at) as first_seen_at,
        max(happened_at) as last_seen_at,
        count(*) filter (kind = 'session') as n_sessions,
        count(*) filter (kind = 'value') as n_values
    from seen
    group by patient_key
),

episodes as (
    select
        patient_key,
        count(*) as n_episodes,
        count(*) filter (closed_at is null) as n_open,
        list(distinct condition order by condition) as conditions,
        list(distinct clinic order by clinic) as clinics
    from {{ ref("int_episode") }}
    group by patient_key
),

first_episode as (
    select patient_key, age_band, sex
    from {{ ref("int_episode") }}
    qualify row_number() over (partition by patient_key order by opened_at, episode_id) = 1
)

select
    counted.patient_key,
    counted.first_seen_at,
    counted.last_seen_at,
    coalesce(episodes.n_episodes, 0) as n_episodes,
    coalesce(episodes.n_open, 0) as n_open,
    coalesce(episodes.conditions, []) as conditions,
    coalesce(episodes.clinics, []) as clinics,
    counted.n_sessions,
    counted.n_values,
    first_episode.age_band,
    first_episode.sex
from counted
left join episodes using (patient_key)
left join first_episode using (patient_key)
order by counted.patient_key
