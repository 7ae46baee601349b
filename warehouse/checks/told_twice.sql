/*
category: plausibility
severity: warn
mart: lake.events
says: One and the same thing is not told twice under two names.
allowed: 1
limits:
  least: [5, "Fewer may be two sets in one minute."]
  share: [0.02, "One in fifty counted twice moves volumes and dose."]
*/
with same as (
    select source, at_clinic, event_type, count(*) as times
    from profile.said
    where back between 0 and 56
    group by source, at_clinic, event_type, patient_key, occurred_at, coalesce(session_id, ''), coalesce(phase, ''),
        coalesce(exercise, ''), coalesce(muscle_group, ''), coalesce(measure, ''), coalesce(value, -1),
        coalesce(pain, -1), coalesce(side, ''), coalesce(completed_reps, -1), coalesce(range_deg, -1)
)

select
    concat_ws(' ', source, at_clinic, event_type) as place,
    sum(times) as n,
    case when sum(times - 1) >= $least then sum(times - 1) / sum(times) / $share else 0 end as metric
from same
group by source, at_clinic, event_type
