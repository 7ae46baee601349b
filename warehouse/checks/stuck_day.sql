/*
category: plausibility
severity: warn
mart: lake.events
says: On no day are all of a clinic's numbers of a kind the same, where they differ on other days.
allowed: 1
limits:
  least: [4, "So few numbers of a day may be one person's."]
  zeros: [8, "Zeros behind the point of the chance that they are the same: below it, it happens in no year of all clinics."]
  kinds: [12, "A field with fewer different values, such as prescribed repetitions, is set by the program."]
*/
with shares as (
    select source, field, value, count(*) / sum(count(*)) over (partition by source, field) as share
    from profile.number
    group by source, field, value
),

usual as (
    select source, field, max(share) as share
    from shares
    group by all
    having count(*) >= $kinds
),

days as (
    select source, clinic, field, day, count(*) as n, count(distinct value) as different, count(distinct patient_key) as people
    from profile.number
    where back <= 28
    group by all
)

select
    concat_ws(' ', source, clinic, field, day) as place,
    n,
    case when different = 1 and people >= 3 then -(n - 1) * log10(share) / $zeros else 0 end as metric
from days
inner join usual using (source, field)
where n >= $least
