{{ incremental_by_patient() }}
-- One row per set of an exercise.
select
    sets.event_id,
    sets.patient_key,
    sets.episode_id,
    sets.session_id,
    sets.exercise,
    sets.muscle_group,
    sets.side,
    sets.place,
    sets.occurred_at,
    sets.stage,
    sets.prescribed_reps,
    sets.completed_reps,
    sets.correct_reps,
    sets.load_kg,
    sets.range_deg,
    sets.peak_speed_deg_s,
    sets.peak_force_n,
    sets.effort
from {{ ref("int_exercise_set") }} as sets
