{#- Generic test: no two rows agree in all these columns (nulls count as equal). -#}
{% test unique_together(model, columns) %}
select {{ columns | join(", ") }}, count(*) as rows_alike
from {{ model }}
group by {{ columns | join(", ") }}
having count(*) > 1
{% endtest %}

{#- Generic test: none of these columns is ever null, in one pass. -#}
{% test never_null(model, columns) %}
select {{ columns | join(", ") }}
from {{ model }}
where {{ columns | join(" is null or ") }} is null
{% endtest %}

{#- Generic test: an expression holds in every row. -#}
{% test holds(model, expression) %}
select * from {{ model }} where not coalesce({{ expression }}, false)
{% endtest %}
