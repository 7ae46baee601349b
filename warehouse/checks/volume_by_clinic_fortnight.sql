/*
category: completeness
severity: warn
mart: lake.events
says: A clinic keeps its share of what a source says in two weeks.
allowed: 1
limits:
  least: [40, "Fewer expected events in two weeks do not tell a clinic's silence from a quiet time."]
  share: [0.35, "A therapist's holiday moves a clinic's share by a third at most; more is a form or device that is left away."]
  spread: [3.2, "Times the spread that events, which come in visits of several, have from one to the next."]
*/
with counted as (
    select source, clinic, (back - 1) // 14 as fortnight, sum(n) as n
    from profile.daily
    where back between 1 and 84 and clinic <> 'unknown'
        and event_type in ('SessionRecorded', 'SymptomReported', 'ExerciseSetRecorded', 'OutcomeMeasured')
    group by all
),

grid as (
    select kinds.source, kinds.clinic, every_fortnight.fortnight, coalesce(counted.n, 0) as n
    from (select distinct source, clinic from counted) as kinds
    cross join (select range as fortnight from range(6)) as every_fortnight
    left join counted using (source, clinic, fortnight)
),

shares as (
    select *, sum(n) over (partition by source, fortnight) as of_all from grid
),

usual as (
    select source, clinic, sum(n) / nullif(sum(of_all), 0) as share, stddev(n / nullif(of_all, 0)) as moves
    from shares
    where fortnight >= 1
    group by all
)

select
    concat_ws(' ', source, clinic, fortnight, 'fortnights back') as place,
    n,
    least(
        abs(n - share * of_all) / ($share * share * of_all),
        abs(n - share * of_all) / ($spread * greatest(moves * of_all, 1.5 * sqrt(share * of_all)))
    ) as metric
from shares
inner join usual using (source, clinic)
where fortnight = 0 and share * of_all >= $least
    and (select count(distinct clinic) from usual) > 1
