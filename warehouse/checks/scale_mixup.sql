/*
category: plausibility
severity: refuse
mart: lake.events
says: The level of a source's numbers at a clinic has not moved by a known unit's factor.
allowed: 1
limits:
  people: [10, "A median of fewer people moves by chance."]
  factor: [1.7, "People equally far in their program are not seen to move by it within weeks; the least unit's factor is 2.2."]
*/
with levels as (
    select source, clinic, field, cell, band, recent, median(value) as level, count(distinct patient_key) as people
    from profile.number
    where field in ('load_kg', 'range_deg', 'peak_speed_deg_s', 'peak_force_n', 'duration_min', 'muscle_strength',
        'grip_strength', 'range_of_motion', 'y_balance') and value > 0
    group by all
),

pairs as (
    select after.source, after.clinic, after.field, abs(ln(after.level / before.level)) as moved,
        least(after.people, before.people) as people
    from levels as after
    inner join levels as before using (source, clinic, field, cell, band)
    where after.recent and not before.recent and least(after.people, before.people) >= 4
)

select
    concat_ws(' ', source, clinic, field) as place,
    sum(people) as n,
    sum(moved * people) / sum(people) / ln($factor) as metric
from pairs
group by source, clinic, field
having sum(people) >= $people
