/*
category: plausibility
severity: warn
mart: lake.events
says: A clinic's numbers are not rounded more coarsely than before.
allowed: 1
limits:
  least: [15, "A share of fewer values says little."]
  rise: [0.3, "Rounding three in ten more values to the next five or whole number blurs changes near a threshold."]
  spread: [4.5, "Spreads of a difference of two shares."]
*/
with grains as (
    select source, clinic, field, back <= 28 as late, grain, count(*) as n,
        count(*) filter (abs(value / grain - round(value / grain)) < 1e-6) / count(*) as share
    from profile.number
    cross join (select unnest([0.5, 1.0, 5.0, 10.0]) as grain)
    where abs(value) >= grain
    group by all
)

select
    concat_ws(' ', after.source, after.clinic, after.field, 'rounded to', after.grain) as place,
    after.n,
    (after.share - before.share) / greatest(
        $rise,
        $spread * sqrt((before.share + 1 / after.n) * (1 - before.share + 1 / after.n) * (1 / after.n + 1 / before.n))
    ) as metric
from grains as after
inner join grains as before using (source, clinic, field, grain)
where after.late and not before.late and after.n >= $least and before.n >= $least
