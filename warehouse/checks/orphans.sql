/*
category: completeness
severity: warn
mart: lake.events
says: Events name an episode that was opened, and speak of people who are in care.
allowed: 1
limits:
  share: [0.02, "An opening may arrive a little later than what happened in the episode; one in fifty is more than that."]
  least: [5, "Fewer are openings under way."]
*/
with opened as (
    select distinct episode_id from lake.events where event_type = 'EpisodeOpened'
),

people as (
    select patient_key from profile.person where episodes > 0
    union
    select other_key from lake.events where other_key is not null
    union
    select patient_key from lake.events where event_type = 'PatientsMerged'
),

told as (
    select e.source, e.event_type,
        (e.episode_id is not null and o.episode_id is null) or (e.episode_id is null and p.patient_key is null) as is_orphan
    from profile.said as e
    left join opened as o using (episode_id)
    left join people as p on e.patient_key = p.patient_key
    where e.event_type <> 'EpisodeOpened' and e.back <= 28
)

select
    concat_ws(' ', source, event_type) as place,
    count(*) as n,
    case when count(*) filter (is_orphan) >= $least then count(*) filter (is_orphan) / count(*) / $share else 0 end as metric
from told
group by source, event_type
