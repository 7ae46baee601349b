/*
category: plausibility
severity: warn
mart: lake.events
says: No person has so many events in a day as only a mistaken reference gathers.
allowed: 0
limits:
  times: [4, "Four times the largest day of the 99.9th of a hundred people."]
  least: [12, "A long visit makes a dozen events of one kind."]
*/
with days as (
    select source, event_type, patient_key, day, count(*) as n
    from profile.said
    where back between 0 and 56
    group by all
),

usual as (
    select source, event_type, quantile_cont(n, 0.99) as most from days group by all
)

select
    concat_ws(' ', source, event_type, day) as place,
    n,
    (n > greatest($least, $times * most))::integer as metric
from days
inner join usual using (source, event_type)
