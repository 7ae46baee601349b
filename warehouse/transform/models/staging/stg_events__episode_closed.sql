-- Ends of courses of care, one row per event.
{% set columns = [
    "occurred_at", "episode_id", "reason",
] %}
{% set required = ["episode_id", "reason"] %}
{{ corrected_events("episode_closed", columns, required) }}
