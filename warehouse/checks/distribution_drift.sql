/*
category: plausibility
severity: warn
mart: lake.events
says: A source's numbers are spread as in the twelve weeks before, among people equally far in their program.
allowed: 1
limits:
  people: [20, "A distribution of fewer people says little."]
  distance: [0.16, "Kolmogorov-Smirnov distance; below it a mean moves by less than half of the least important change."]
  factor: [1.9, "Times the spread of the distance at these numbers of people: by chance once in a thousand comparisons."]
*/
with strata as (
    select source, clinic, field, cell, band,
        count(*) filter (recent) as after, count(*) filter (not recent) as before
    from profile.number
    group by all
    having after > 0 and before > 0
),

weighted as (
    select n.source, n.clinic, n.field, n.value, n.patient_key, n.recent,
        case when n.recent then 1.0 else s.after / s.before end as weight
    from profile.number as n
    inner join strata as s using (source, clinic, field, cell, band)
),

sized as (
    select source, clinic, field, sum(weight) filter (recent) as total,
        count(distinct patient_key) filter (recent) as people,
        least(
            count(distinct patient_key) filter (not recent),
            pow(sum(weight) filter (not recent), 2) / sum(weight * weight) filter (not recent)
        ) as people_before
    from weighted
    group by all
    having people >= $people and people_before >= $people
),

walked as (
    select source, clinic, field,
        abs(sum(step) over (partition by source, clinic, field order by value)) as gap
    from (
        select source, clinic, field, value, sum(case when recent then weight else -weight end) as step
        from weighted
        group by all
    )
)

select
    concat_ws(' ', source, clinic, field) as place,
    any_value(people) as n,
    max(gap) / any_value(total)
    / greatest($distance, $factor * any_value(sqrt(1 / people + 1 / people_before))) as metric
from walked
inner join sized using (source, clinic, field)
group by source, clinic, field
