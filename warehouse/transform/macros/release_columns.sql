{#- What every aggregate ends with: the release that it belongs to and the latest event that it covers. The
table lake.build says both: as values of --vars they would have dbt read the whole project anew each time. -#}
{% macro as_of() -%} (select as_of from {{ of_lake("build") }}) {%- endmacro %}

{% macro release_columns() -%}
    (select release from {{ of_lake("build") }}) as release,
    {{ as_of() }} as as_of
{%- endmacro %}

{#- A table that the loading keeps about itself. -#}
{% macro of_lake(name) -%} "{{ target.database }}".lake.{{ name }} {%- endmacro %}
