/*
category: completeness
severity: warn
mart: lake.events
says: Every source speaks at least as often as its contract declares.
allowed: 2
limits:
  clinics: [60, "A clinic that sent this many events of a source in four weeks is expected to go on."]
*/
with since as (
    select source, max(occurred_at) as last_at, count(*) as n
    from profile.said
    group by source
)

select
    since.source as place,
    since.n,
    date_diff('minute', since.last_at, clock.as_of) / 60.0 / declared.cadence_hours as metric
from since
cross join profile.clock as clock
inner join profile.declared as declared using (source)
where declared.cadence_hours is not null and since.n >= $clinics
