-- Reports of sessions, one row per event; several may speak of one session.
{% set columns = [
    "occurred_at", "episode_id", "session_id", "place", "attended", "missed_reason", "duration_min",
    "quality", "red_flag", "therapist",
] %}
{% set required = ["place", "attended", "red_flag"] %}
{{ corrected_events("session_recorded", columns, required) }}
