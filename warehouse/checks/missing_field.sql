/*
category: completeness
severity: warn
mart: lake.events
says: A field that a source used to fill is filled as often as before.
allowed: 1
limits:
  least: [30, "A share of fewer events says little."]
  share: [0.15, "One in seven more without the value weakens every figure of the field."]
  spread: [4.5, "Spreads of a difference of two shares; chance alone does not reach it in years."]
*/
with told as (
    select source, at_clinic as clinic, event_type, back <= 14 as recent, coalesce(phase, place, measure, '-') as cell,
        count(*) as n,
        count(pain) as pain, count(quality) as quality, count(duration_min) as duration_min, count(session_id) as session_id,
        count(soreness) as soreness, count(effusion_grade) as effusion_grade, count(range_deg) as range_deg,
        count(peak_speed_deg_s) as peak_speed_deg_s, count(load_kg) as load_kg, count(correct_reps) as correct_reps,
        count(completed_reps) as completed_reps, count(rater) as rater, count(side) as side,
        count(muscle_group) as muscle_group, count(episode_id) as episode_id, count(occasion) as occasion,
        count(missed_reason) as missed_reason, count(therapist) as therapist
    from profile.said
    where back between 1 and 84 and (event_type <> 'SessionRecorded' or attended)
        and event_type in ('SessionRecorded', 'SymptomReported', 'ExerciseSetRecorded', 'OutcomeMeasured')
    group by all
),

counted as (
    unpivot told
    on pain, quality, duration_min, session_id, soreness, effusion_grade, range_deg, peak_speed_deg_s, load_kg,
        correct_reps, completed_reps, rater, side, muscle_group, episode_id, occasion, missed_reason, therapist
    into name field value filled
),

compared as (
    select source, clinic, event_type, cell, field,
        sum(n) filter (recent) as n, sum(n) filter (not recent) as n_before,
        sum(filled) filter (recent) / sum(n) filter (recent) as share,
        sum(filled) filter (not recent) / sum(n) filter (not recent) as share_before
    from counted
    group by all
)

select
    concat_ws(' ', source, clinic, event_type, cell, field) as place,
    n,
    (share_before - share) / greatest(
        $share,
        $spread * sqrt(((share_before + 1 / n) * (1 - share_before + 1 / n)) * (1 / n + 1 / n_before))
    ) as metric
from compared
where n >= $least and n_before >= $least and share_before > 0
