/*
category: plausibility
severity: warn
mart: lake.events
says: No source repeats one and the same number more often than it used to.
allowed: 1
limits:
  least: [20, "A commonest value of fewer numbers says little."]
  rise: [0.3, "Three in ten numbers more that are the same hide a change of pain or range."]
  spread: [5, "Spreads of a difference of two shares."]
  kinds: [12, "A field with fewer different values, such as prescribed repetitions, is set by the program."]
*/
with varied as (
    select source, clinic, field
    from profile.number
    group by all
    having count(distinct value) >= $kinds
),

counted as (
    select source, clinic, field, value, back <= 14 as late, count(*) as n
    from profile.number
    inner join varied using (source, clinic, field)
    where back <= 70
    group by all
),

shares as (
    select source, clinic, field, value, late, n, sum(n) over (partition by source, clinic, field, late) as of_all
    from counted
),

compared as (
    select after.source, after.clinic, after.field, after.value, after.of_all as n, after.n / after.of_all as share,
        coalesce(before.n / before.of_all, 0) as share_before, coalesce(before.of_all, 0) as n_before
    from shares as after
    left join shares as before
        on after.source = before.source and after.clinic = before.clinic and after.field = before.field
        and after.value = before.value and not before.late
    where after.late and after.of_all >= $least
)

select
    concat_ws(' ', source, clinic, field, '=', value) as place,
    n,
    (share - share_before) / greatest($rise, $spread * sqrt((share + 1 / n) * (1 - share + 1 / n) / n)) as metric
from compared
where share > 0.3
