/*
category: conformance
severity: warn
mart: lake.receipts
says: On no day is a large share of a source's records refused at the door.
allowed: 1
limits:
  least: [8, "A few refused records a day are what fields in use look like."]
  share: [0.1, "One in ten refused is a change of the sender, not of patients."]
*/
with days as (
    select source, day, count(*) as n, count(*) filter (verdict = 'rejected') as refused
    from profile.verdict
    where day > (select today - 28 from profile.clock)
    group by all
)

select concat_ws(' ', source, day) as place, n, case when refused >= $least then refused / n / $share else 0 end as metric
from days
