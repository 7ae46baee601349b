/*
category: completeness
severity: warn
mart: lake.events
says: On no day does a source leave a field away that it fills on other days.
allowed: 1
limits:
  least: [8, "A share of fewer events of a day says little."]
  share: [0.5, "Half of a day's values missing is a fault of that day, not of patients."]
  spread: [6, "Spreads of a share; chance alone does not reach it."]
*/
with told as (
    select source, event_type, day, back,
        coalesce(phase, place, '-') as cell, count(*) as n,
        count(pain) as pain, count(quality) as quality, count(duration_min) as duration_min, count(session_id) as session_id,
        count(range_deg) as range_deg, count(peak_speed_deg_s) as peak_speed_deg_s, count(load_kg) as load_kg,
        count(correct_reps) as correct_reps, count(completed_reps) as completed_reps, count(soreness) as soreness
    from profile.said
    where back between 1 and 84 and (event_type <> 'SessionRecorded' or attended)
        and event_type in ('SessionRecorded', 'SymptomReported', 'ExerciseSetRecorded')
    group by all
),

counted as (
    unpivot told
    on pain, quality, duration_min, session_id, range_deg, peak_speed_deg_s, load_kg, correct_reps, completed_reps, soreness
    into name field value filled
),

usual as (
    select source, event_type, cell, field, sum(filled) / sum(n) as share
    from counted
    group by all
)

select
    concat_ws(' ', source, event_type, cell, field, day) as place,
    n,
    (share - filled / n) / greatest($share, $spread * sqrt((share + 1 / n) * (1 - share + 1 / n) / n)) as metric
from counted
inner join usual using (source, event_type, cell, field)
where back <= 28 and n >= $least
