-- Symptoms around sessions, one row per event.
{% set columns = [
    "occurred_at", "episode_id", "session_id", "phase", "pain", "soreness", "tenderness", "effusion_grade",
    "inflammation",
] %}
{% set required = ["phase"] %}
{{ corrected_events("symptom_reported", columns, required) }}
