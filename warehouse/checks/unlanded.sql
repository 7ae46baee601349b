/*
category: completeness
severity: warn
mart: lake.receipts
says: What the door accepted has landed.
allowed: 1
limits:
  least: [10, "Fewer may belong to people who asked to be forgotten."]
  share: [0.02, "One in fifty of a week missing is more than erased people explain; a lost partition of eight is one in eight."]
*/
with named as (
    select source, (c.today - day) // 7 as week, unnest(event_ids) as event_id
    from profile.verdict
    cross join profile.clock as c
    where verdict = 'accepted' and day between c.today - 28 and c.today - 1
),

missing as (
    select source, week, count(*) as n, count(*) filter (e.event_id is null) as lost
    from named
    left join (select distinct event_id from lake.events) as e using (event_id)
    group by all
)

select
    concat_ws(' ', source, 'week', week, 'back') as place,
    n,
    case when lost >= $least then lost / n / $share else 0 end as metric
from missing
