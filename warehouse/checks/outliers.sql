/*
category: plausibility
severity: warn
mart: lake.events
says: Hardly any number lies far outside what people of the same kind show.
allowed: 1
limits:
  far: [6, "Robust spreads (1.48 MAD) from the median, where one of many thousands lies by chance."]
  share: [0.02, "One of fifty such values moves a mean visibly."]
  least: [4, "Fewer may be slips, which are put right by corrections."]
*/
with centre as (
    select source, field, cell, median(value) as middle,
        greatest(1.4826 * mad(value), 0.08 * abs(median(value)), 0.15) as spread
    from profile.number
    group by all
)

select
    concat_ws(' ', source, clinic, field) as place,
    count(*) as n,
    case
        when count(*) filter (abs(value - middle) > $far * spread) >= $least
            then count(*) filter (abs(value - middle) > $far * spread) / count(*) / $share
        else 0
    end as metric
from profile.number
inner join centre using (source, field, cell)
where recent
group by source, clinic, field
