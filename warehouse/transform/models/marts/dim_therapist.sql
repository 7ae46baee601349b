-- One row per therapist, by a random key: of whom episodes, tracks or sessions speak.
with spoken_of as (
    select therapist, clinic, patient_key, episode_id, null as session_key from {{ ref("fct_episode") }}
    union all
    select therapist, clinic, patient_key, null, session_key from {{ ref("fct_session") }}
    union all
    select therapist, clinic, null, null, null from {{ ref("fct_track") }}
)

select
    therapist,
    coalesce(list(distinct clinic order by clinic) filter (clinic is not null), []) as clinics,
    count(distinct (patient_key, episode_id)) filter (episode_id is not null) as n_episodes,
    count(distinct patient_key) filter (episode_id is not null) as n_patients,
    count(session_key) as n_sessions
from spoken_of
where therapist is not null
group by therapist
order by therapist
