/*
category: plausibility
severity: warn
mart: lake.events
says: No clinic's device steps to another level for the same people, while those of other clinics do not.
allowed: 1
limits:
  pairs: [12, "Pairs of values of one person, before and after the step, that a clinic must have."]
  spread: [4.2, "Spreads of a difference of means; among all clinics, devices and days of a year chance does not reach it."]
  share: [0.05, "Of the level: half of what a hand-held dynamometer's minimal detectable change is, as a share."]
*/
with cuts as (
    select unnest([7, 14, 21, 28, 42, 56]) as cut
),

pairs as (
    select m.source, m.clinic, m.measure, m.method, m.device_class, m.muscle_group, m.band, cuts.cut,
        (m.value - m.value_before) as moved, (m.value + m.value_before) / 2 as level
    from profile.measured as m
    inner join cuts on m.back <= cuts.cut and m.back_before > cuts.cut and m.back_before <= cuts.cut + 56
),

-- What people of all clinics move by between such values, at the same stage of their program.
cells as (
    select source, measure, method, device_class, muscle_group, band, cut,
        clinic, count(*) as n, avg(moved) as mean, sum(moved) as total, avg(level) as level
    from pairs
    group by all
),

against as (
    select *,
        sum(n) over beside - n as n_others,
        (sum(total) over beside - total) / nullif(sum(n) over beside - n, 0) as mean_others
    from cells
    window beside as (partition by source, measure, method, device_class, muscle_group, band, cut)
),

spreads as (
    select source, measure, method, device_class, muscle_group, cut, clinic, stddev(moved) as spread
    from pairs
    group by all
),

typical as (
    select source, measure, method, device_class, muscle_group, median(spread) as spread
    from spreads
    group by all
),

summed as (
    select source, clinic, measure, method, device_class, cut, sum(n) as n,
        sum(n * (mean - mean_others)) / sum(n) as step,
        sqrt(sum(n * n * pow(spread, 2) * (1.0 / n + 1.0 / n_others))) / sum(n) as unsure,
        sum(n * level) / sum(n) as level
    from against
    inner join typical using (source, measure, method, device_class, muscle_group)
    where n_others >= 3
    group by all
    having sum(n) >= $pairs
)

select
    concat_ws(' ', source, clinic, measure, device_class, 'since', cut, 'days') as place,
    n,
    abs(step) / greatest($spread * unsure, $share * abs(level)) as metric
from summed
