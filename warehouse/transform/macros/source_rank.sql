{#-
Whose word counts first where several sources report one session: a therapist's form, then devices,
then apps. A source says what it is by the end of its name.
-#}
{% macro source_rank(column) -%}
    case when ends_with({{ column }}, '_form') then 0 when ends_with({{ column }}, '_app') then 2 else 1 end
{%- endmacro %}
