/*
category: plausibility
severity: refuse
mart: lake.events
says: Values of one person are not a known unit's factor apart.
allowed: 1
limits:
  share: [0.03, "So many of a clinic's values of a measure shift its mean change by more than most important changes."]
  least: [3, "Fewer may be a slip of the pen, which is put right by a correction."]
  near: [0.2, "A person's value moves by so much, as a logarithm, from one visit to the next."]
*/
with factors as (
    select unnest([2.2046, 4.4482, 9.8066, 10.0, 100.0, 1000.0]) as factor
),

judged as (
    select m.*,
        exists (
            from factors
            where abs(abs(ln(m.value / m.usual)) - ln(factor)) < $near
                or abs(abs(ln(m.value / m.value_before)) - ln(factor)) < $near
        ) as is_apart
    from profile.measured as m
    inner join reference.measures as r using (measure)
    where m.back between 1 and 42 and m.value > 0 and m.usual > 0 and m.value_before > 0 and m.values_of_person >= 3
        and r.unit in ('N', 'kg', 'deg', 'm', 's', 'cm', 'm/s', 'Nm')
)

select
    concat_ws(' ', source, clinic, measure, device_class) as place,
    count(*) as n,
    case when count(*) filter (is_apart) >= $least then count(*) filter (is_apart) / count(*) / $share else 0 end as metric
from judged
group by source, clinic, measure, device_class
