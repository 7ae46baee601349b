/*
category: completeness
severity: warn
mart: lake.events
says: A source says about as many events of a kind a day as on the same weekdays of the four weeks before.
allowed: 1
limits:
  least: [20, "On fewer events a day chance alone halves or doubles them."]
  spread: [4.5, "So many spreads of a count (of its square root) off happen by chance less than once in a year of all sources."]
  share: [0.4, "Holidays and the end of recruitment move a clinic's days by up to 40 %; that is seen elsewhere."]
  regular: [30, "So many events a day do not stay away all together by chance."]
  lost: [0.85, "Of a day's events; what is left are those that other ways brought."]
*/
with days as (
    select source, event_type, day, back, sum(n) as n
    from profile.daily
    where back between 1 and 56
    group by all
    union all
    select source, 'all' as event_type, day, back, sum(n) as n
    from profile.daily
    where back between 1 and 56
    group by all
),

calendar as (
    select kinds.source, kinds.event_type, c.today - offsets.back::integer as day, offsets.back, coalesce(days.n, 0) as n
    from (select distinct source, event_type from days) as kinds
    cross join (select range as back from range(1, 57)) as offsets
    cross join profile.clock as c
    left join days using (source, event_type, back)
),

beside as (
    select one.source, one.event_type, one.day, one.back, one.n, median(other.n) as usual
    from calendar as one
    inner join calendar as other
        on one.source = other.source and one.event_type = other.event_type
        and other.back - one.back in (7, 14, 21, 28)
    where one.back <= 28
    group by all
),

-- How much days differ from their weekday's usual: events come in visits of several, so more than by chance.
spreads as (
    select source, event_type, greatest(1, 1.4826 * median(2 * abs(sqrt(n) - sqrt(usual)))) as spread
    from beside
    group by all
)

select
    concat_ws(' ', source, event_type, day) as place,
    n,
    greatest(
        case when usual >= $regular and event_type = 'all' then (1 - n / usual) / $lost else 0 end,
        least(
            2 * abs(sqrt(n) - sqrt(usual)) / ($spread * spread),
            abs(n - usual) / ($share * greatest(usual, 1))
        )
    ) as metric
from beside
inner join spreads using (source, event_type)
where greatest(n, usual) >= $least
