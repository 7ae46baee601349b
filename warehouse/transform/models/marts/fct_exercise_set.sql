-- One row per set of an exercise.
select
    sets.event_id,
    sets.patient_key,
    attribution.episode_id,
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
    sets.effort,
    {{ release_columns() }}
from {{ ref("stg_events__exercise_set_recorded") }} as sets
inner join {{ ref("int_attribution") }} as attribution using (event_id)
order by sets.patient_key, attribution.episode_id, sets.occurred_at
