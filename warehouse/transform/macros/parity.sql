{#-
One field of a comparison: what the stream published, what is recomputed here, and whether they differ.
Numbers may be apart by ``within``, because one side rounds what it publishes.
-#}
{% macro beside(field, published, recomputed, within=none) -%}
{
    'field': {{ field }},
    'published': ({{ published }})::varchar,
    'recomputed': ({{ recomputed }})::varchar,
    'differs': {% if within is none -%} ({{ published }}) is distinct from ({{ recomputed }})
    {%- else -%}
        (({{ published }}) is null) <> (({{ recomputed }}) is null)
        or coalesce(abs(({{ published }}) - ({{ recomputed }})) > {{ within }}, false)
    {%- endif %}
}
{%- endmacro %}

{#- What a decision knew of a session, as the stream writes it. -#}
{% macro inputs_shape() -%}
{"red_flag": "BOOLEAN", "effusion_grade": "DOUBLE", "pain_during": "DOUBLE", "soreness": "VARCHAR",
"next_morning_rise": "DOUBLE", "pain_rises": "INTEGER", "quality": "DOUBLE", "reps_share": "DOUBLE",
"adherence_14d": "DOUBLE", "effusion_course": "VARCHAR", "pain_after": "DOUBLE",
"pain_next_morning": "DOUBLE", "weekly_pain_rise": "DOUBLE", "sessions_7d": "INTEGER"}
{%- endmacro %}
