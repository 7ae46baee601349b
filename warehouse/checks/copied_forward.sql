/*
category: plausibility
severity: warn
mart: lake.events
says: Values at a clinic are not the person's earlier value again more often than before.
allowed: 1
limits:
  least: [15, "A share of fewer pairs says little."]
  rise: [0.25, "A quarter more of unchanged values halves a mean change."]
  spread: [4.5, "Spreads of a difference of two shares."]
*/
with shares as (
    select source, clinic, measure, back <= 42 as late, count(*) as n, avg((value = value_before)::integer) as same
    from profile.measured
    where value_before is not null and back >= 1
    group by all
)

select
    concat_ws(' ', after.source, after.clinic, after.measure) as place,
    after.n,
    (after.same - before.same) / greatest(
        $rise,
        $spread * sqrt((before.same + 1 / after.n) * (1 - before.same + 1 / after.n) * (1 / after.n + 1 / before.n))
    ) as metric
from shares as after
inner join shares as before using (source, clinic, measure)
where after.late and not before.late and after.n >= $least and before.n >= $least
