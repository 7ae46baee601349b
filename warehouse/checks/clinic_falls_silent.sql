/*
category: completeness
severity: warn
mart: lake.events
says: A clinic that a source told of every few days has not fallen silent.
allowed: 1
limits:
  least: [30, "With fewer events in the twelve weeks before, pauses of a week are usual."]
  times: [3.0, "Three times the longest pause of the twelve weeks before happens by chance to no clinic in a year."]
  days: [5, "A long weekend is no silence."]
*/
with days as (
    select source, clinic, back, sum(n) as n
    from profile.daily
    where back between 1 and 112 and clinic <> 'unknown'
        and event_type in ('SessionRecorded', 'SymptomReported', 'ExerciseSetRecorded', 'OutcomeMeasured')
    group by all
),

pauses as (
    select *, lead(back) over (partition by source, clinic order by back) - back as pause from days
)

select
    concat_ws(' ', source, clinic) as place,
    sum(n) as n,
    (min(back) - 1) / greatest($days, $times * (quantile_cont(pause, 0.99) - 1)) as metric
from pauses
group by source, clinic
having sum(n) >= $least
