/*
category: completeness
severity: warn
mart: lake.receipts
says: On no day does a source send again a large share of what it had sent.
allowed: 1
limits:
  least: [10, "A few repeated records are what reliable senders do."]
  share: [0.3, "Many times what senders usually repeat."]
*/
with days as (
    select source, day, count(*) as n, count(*) filter (verdict = 'duplicate') as again
    from profile.verdict
    where day > (select today - 28 from profile.clock)
    group by all
)

select concat_ws(' ', source, day) as place, n, case when again >= $least then again / n / $share else 0 end as metric
from days
