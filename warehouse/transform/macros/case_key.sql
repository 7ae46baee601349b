{#- What decides the class of a change, as one key: cases that agree in it are classified once. -#}
{% macro case_key() -%}
    md5(concat_ws(
        '|', measure, condition, device_class, muscle_group, coalesce(same_rater::varchar, '-'),
        coalesce(baseline::varchar, '-'), coalesce(follow_up::varchar, '-')
    ))
{%- endmacro %}
