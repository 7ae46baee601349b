/*
category: plausibility
severity: warn
mart: lake.events
says: Nothing is told before it took place.
allowed: 0
limits:
  minutes: [10, "Clocks of phones differ by minutes; sessions are told when they end."]
  share: [0.005, "One device's clock; more than that moves the days of a source."]
*/
select
    source as place,
    count(*) as n,
    greatest(
        0, count(*) filter (occurred_at > received_at + to_minutes($minutes)) / count(*) - $share
    ) as metric
from profile.said
where timezone('UTC', received_at)::date > (select today - 28 from profile.clock)
group by source
