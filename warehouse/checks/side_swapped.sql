/*
category: plausibility
severity: refuse
mart: lake.events
says: Sets and measurements speak of the side that the person's episode treats.
allowed: 1
limits:
  least: [3, "Fewer may be slips, which are put right by corrections."]
  rise: [0.05, "One in twenty on the other side mixes a healthy limb into the figures."]
*/
with sided as (
    select e.source, e.at_clinic as clinic, e.back <= 42 as late, e.side <> p.side as is_other
    from profile.said as e
    inner join profile.person as p using (patient_key)
    where e.event_type in ('ExerciseSetRecorded', 'OutcomeMeasured') and p.episodes = 1 and e.back >= 1
        and e.side in ('left', 'right') and p.side in ('left', 'right')
),

shares as (
    select source, clinic,
        count(*) filter (late) as n, count(*) filter (late and is_other) as other,
        coalesce(count(*) filter (not late and is_other) / nullif(count(*) filter (not late), 0), 0) as share_before
    from sided
    group by all
)

select
    concat_ws(' ', source, clinic) as place,
    n,
    case when other >= $least then (other / n - share_before) / $rise else 0 end as metric
from shares
where n > 0
