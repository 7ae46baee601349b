-- Courses of care as they began, one row per event.
{% set columns = [
    "occurred_at", "episode_id", "condition", "clinic", "zone", "side", "body_region", "onset_on",
    "origin", "chronicity", "severity", "age_band", "sex", "comorbidity_count", "prior_surgery",
    "payer_class", "therapist",
] %}
{% set required = ["episode_id", "condition", "clinic", "zone"] %}
{{ corrected_events("episode_opened", columns, required) }}
