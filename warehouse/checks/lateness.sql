/*
category: plausibility
severity: warn
mart: lake.events
says: No day brings more belated events of a source than it tells on most of a usual day.
allowed: 1
limits:
  hours: [36, "Whoever sends every day is never later."]
  usual: [0.8, "Stragglers of weeks that come together on one day are less than that; a device that was off the net is more."]
  least: [25, "Fewer belated events move no figure."]
  days: [10, "So many days of arrival are needed to know a usual day: a first delivery of history has none."]
*/
with days as (
    select source, timezone('UTC', received_at)::date as arrived, count(*) as n,
        count(*) filter (date_diff('hour', occurred_at, received_at) > $hours) as belated
    from profile.said
    group by all
),

usual as (
    select source, median(n) as n, count(*) as days
    from days
    group by all
)

select
    concat_ws(' ', source, arrived) as place,
    belated as n,
    case when belated >= $least then belated / ($usual * usual.n) else 0 end as metric
from days
inner join usual using (source)
where usual.days >= $days and arrived > (select today - 28 from profile.clock)
