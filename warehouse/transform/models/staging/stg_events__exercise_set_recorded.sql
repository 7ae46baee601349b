-- Sets of exercises, one row per event.
{% set columns = [
    "occurred_at", "episode_id", "session_id", "exercise", "muscle_group", "side", "place", "stage",
    "prescribed_reps", "completed_reps", "correct_reps", "load_kg", "range_deg", "peak_speed_deg_s",
    "peak_force_n", "effort",
] %}
{% set required = ["exercise", "muscle_group", "side", "place"] %}
{{ corrected_events("exercise_set_recorded", columns, required) }}
