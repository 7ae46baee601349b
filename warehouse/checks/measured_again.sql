/*
category: completeness
severity: warn
mart: lake.events
says: People in care are measured again as often as before.
allowed: 1
limits:
  least: [12, "Fewer people who were due say little."]
  fall: [0.25, "A quarter fewer follow-ups makes the drop-out bounds of a figure meaningless."]
  spread: [4, "Spreads of a difference of two shares."]
*/
with attended as (
    select patient_key, at_clinic as clinic, back <= 28 as recent, band, count(*) as sessions
    from profile.said
    where event_type = 'SessionRecorded' and attended and back between 1 and 112 and band between 1 and 6
    group by all
),

again as (
    select patient_key, source, measure, back <= 28 as recent, band
    from profile.measured
    where value_before is not null
    group by all
),

kinds as (
    select distinct a.patient_key, m.measure
    from profile.measured as m
    inner join (select distinct patient_key from attended) as a using (patient_key)
),

shares as (
    select a.clinic, a.recent, k.measure, count(*) as n, avg((g.patient_key is not null)::integer) as share
    from attended as a
    inner join kinds as k using (patient_key)
    left join again as g
        on a.patient_key = g.patient_key and k.measure = g.measure and a.recent = g.recent and a.band = g.band
    where a.band in (2, 3, 5)
    group by all
)

select
    concat_ws(' ', after.clinic, after.measure) as place,
    after.n,
    (before.share - after.share) / greatest(
        $fall,
        $spread * sqrt((before.share + 1 / after.n) * (1 - before.share + 1 / after.n) * (1 / after.n + 1 / before.n))
    ) as metric
from shares as after
inner join shares as before using (clinic, measure)
where after.recent and not before.recent and after.n >= $least and before.n >= $least
