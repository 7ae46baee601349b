/*
category: completeness
severity: warn
mart: lake.events
says: Sessions are accompanied by as many reports and sets as before.
allowed: 1
limits:
  least: [25, "Fewer sessions say little."]
  fall: [0.2, "One in five sessions without its pain or sets leaves the ladder without evidence."]
  spread: [4, "Spreads of a difference of two shares."]
*/
with sessions as (
    select patient_key, session_id, at_clinic as clinic, min(back) as back, any_value(place) as place
    from profile.said
    where event_type = 'SessionRecorded' and attended and session_id is not null and back between 2 and 84
    group by all
),

told as (
    select session_id, bool_or(event_type = 'ExerciseSetRecorded') as has_sets,
        bool_or(event_type = 'SymptomReported' and phase = 'during') as has_pain,
        bool_or(event_type = 'SymptomReported' and phase = 'next_morning') as has_morning
    from profile.said
    where session_id is not null
    group by session_id
),

shares as (
    select s.clinic, s.place, s.back <= 15 as late, asked.what, count(*) as n, avg(coalesce(asked.there, false)::integer) as share
    from sessions as s
    left join told using (session_id)
    cross join lateral (
        select unnest(['sets', 'pain', 'next morning']) as what, unnest([has_sets, has_pain, has_morning]) as there
    ) as asked
    group by all
)

select
    concat_ws(' ', after.clinic, after.place, after.what) as place,
    after.n,
    (before.share - after.share) / greatest(
        $fall,
        $spread * sqrt((before.share + 1 / after.n) * (1 - before.share + 1 / after.n) * (1 / after.n + 1 / before.n))
    ) as metric
from shares as after
inner join shares as before using (clinic, place, what)
where after.late and not before.late and after.n >= $least and before.n >= $least and before.share > 0
