/*
category: plausibility
severity: warn
mart: lake.events
says: A source tells of a clinic's patients at the same hours of the local day as before.
allowed: 1
limits:
  least: [60, "Hours of fewer events say little."]
  distance: [0.12, "Kolmogorov-Smirnov distance of the hours: an hour's shift of an eight-hour day."]
  factor: [2.2, "Times the spread of the distance at these numbers of events."]
*/
with hours as (
    select source, at_clinic as clinic, event_type, coalesce(phase, '-') as phase, back <= 21 as late,
        date_part('hour', timezone(at_zone, occurred_at)) * 4
            + date_part('minute', timezone(at_zone, occurred_at)) // 15 as quarter,
        count(*) as n
    from profile.said
    where back between 1 and 70
        and event_type in ('SessionRecorded', 'SymptomReported', 'ExerciseSetRecorded', 'OutcomeMeasured')
    group by all
),

sized as (
    select source, clinic, event_type, phase,
        sum(n) filter (late) as n, sum(n) filter (not late) as n_before
    from hours
    group by all
    having sum(n) filter (late) >= $least and sum(n) filter (not late) >= $least
),

walked as (
    select source, clinic, event_type, phase, sized.n, n_before,
        abs(
            sum(hours.n / case when late then sized.n else -n_before end)
                over (partition by source, clinic, event_type, phase order by quarter)
        ) as gap
    from hours
    inner join sized using (source, clinic, event_type, phase)
)

select
    concat_ws(' ', source, clinic, event_type, phase) as place,
    any_value(n) as n,
    max(gap) / greatest($distance, $factor * any_value(sqrt(1 / n + 1 / n_before))) as metric
from walked
group by source, clinic, event_type, phase
