-- Values of outcome measures, one row per event.
{% set columns = [
    "occurred_at", "episode_id", "measure", "value", "unit", "method", "device_class", "muscle_group",
    "side", "rater", "occasion",
] %}
{% set required = ["measure", "value", "unit", "method", "device_class"] %}
{{ corrected_events("outcome_measured", columns, required) }}
