-- One row per clinic that opened an episode; the zone is that of its latest one.
with latest as (
    select clinic, zone
    from {{ ref("fct_episode") }}
    qualify row_number() over (partition by clinic order by opened_at desc, episode_id desc, patient_key) = 1
),

counted as (
    select
        clinic,
        list(distinct condition order by condition) as conditions,
        count(*) as n_episodes,
        count(distinct patient_key) as n_patients,
        count(distinct therapist) as n_therapists,
        min(opened_at) as first_opened_at,
        max(opened_at) as last_opened_at
    from {{ ref("fct_episode") }}
    group by clinic
)

select counted.clinic, latest.zone, counted.* exclude (clinic)
from counted
inner join latest using (clinic)
order by counted.clinic
