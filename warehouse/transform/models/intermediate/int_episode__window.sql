-- One row per episode with a program: until when a value counts as its baseline (exclusive).
with first_session as (
    select
        session.patient_key,
        session.episode_id,
        min(session.started_at) as started_at
    from {{ ref("int_session") }} as session
    inner join {{ ref("int_episode") }} as episode using (patient_key, episode_id)
    where session.attended
        and timezone(episode.zone, session.started_at)::date >= timezone(episode.zone, episode.time_zero)::date
    group by all
)

select
    episode.patient_key,
    episode.episode_id,
    episode.time_zero - interval 30 day as baseline_from,
    timezone(
        episode.zone,
        timezone(episode.zone, coalesce(first_session.started_at, episode.time_zero))::date + interval 1 day
    ) as baseline_until
from {{ ref("int_episode") }} as episode
left join first_session using (patient_key, episode_id)
where episode.time_zero is not null
