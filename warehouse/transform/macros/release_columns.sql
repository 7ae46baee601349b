{#- What every mart ends with: the release that it belongs to and the latest event that it covers. -#}
{% macro as_of() -%} '{{ var("as_of") }}'::timestamptz {%- endmacro %}

{% macro release_columns() -%}
    '{{ var("release") }}'::varchar as release,
    {{ as_of() }} as as_of
{%- endmacro %}
