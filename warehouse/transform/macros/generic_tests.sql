{#- Generic test: no two rows agree in all these columns (nulls count as equal). -#}
{% test unique_together(model, columns) %}
select {{ columns | join(", ") }}, count(*) as rows_alike
from {{ rows_to_test(model) }}
group by {{ columns | join(", ") }}
having count(*) > 1
{% endtest %}

{#- Generic test: none of these columns is ever null, in one pass. -#}
{% test never_null(model, columns) %}
select {{ columns | join(", ") }}
from {{ rows_to_test(model) }}
where {{ columns | join(" is null or ") }} is null
{% endtest %}

{#- Generic test: an expression holds in every row. -#}
{% test holds(model, expression) %}
select * from {{ rows_to_test(model) }} where not coalesce({{ expression }}, false)
{% endtest %}

{#- dbt's own tests, over the rows that are to be tested. -#}
{% test unique(model, column_name) %}
select {{ column_name }}, count(*) as rows_alike
from {{ rows_to_test(model) }}
where {{ column_name }} is not null
group by {{ column_name }}
having count(*) > 1
{% endtest %}

{% test not_null(model, column_name) %}
select {{ column_name }} from {{ rows_to_test(model) }} where {{ column_name }} is null
{% endtest %}

{% test relationships(model, column_name, to, field) %}
select here.{{ column_name }}
from {{ rows_to_test(model) }} as here
anti join {{ to }} as there on here.{{ column_name }} = there.{{ field }}
where here.{{ column_name }} is not null
{% endtest %}

{% test accepted_values(model, column_name, values, quote=true) %}
select distinct {{ column_name }}
from {{ rows_to_test(model) }}
where {{ column_name }} not in (
    {%- for value in values %} {{ "'" ~ value ~ "'" if quote else value }}{{ "," if not loop.last }} {%- endfor %}
)
{% endtest %}

{#-
The rows of a model: after an incremental build whose last gate passed, of the facts only those of the people
whom the build concerned. The variable is read when a test runs, so that it is no part of what was parsed.
-#}
{% macro rows_to_test(model) -%}
    {%- if execute and "fct_" in (model | string) and env_var("WAREHOUSE_TESTS", "all") == "touched" -%}
    (select * from {{ model }} where patient_key in (select patient_key from {{ of_lake("touched") }}))
    {%- else -%} {{ model }}
    {%- endif %}
{%- endmacro %}
