-- Programs as they were prescribed, one row per event.
{% set columns = [
    "occurred_at", "episode_id", "program", "techniques", "muscle_groups", "goals", "sessions_per_week",
    "minutes_per_session", "policy", "policy_version", "tracks",
] %}
{% set required = ["episode_id", "program", "techniques", "muscle_groups", "goals", "policy", "policy_version", "tracks"] %}
{{ corrected_events("program_assigned", columns, required) }}
