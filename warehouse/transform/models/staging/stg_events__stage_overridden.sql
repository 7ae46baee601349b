-- Stages that were set by hand, one row per event.
{% set columns = [
    "occurred_at", "episode_id", "muscle_group", "side", "to_stage", "reason_code",
] %}
{% set required = ["muscle_group", "side", "to_stage", "reason_code"] %}
{{ corrected_events("stage_overridden", columns, required) }}
