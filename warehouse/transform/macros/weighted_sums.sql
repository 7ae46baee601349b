{#-
Sums of the people of a cell that the estimator of weighted figures and of bounds needs (warehouse.effects).
The rows say per person: value (null where not measured), weight, why (it is the usual one), improved, judged,
worst and best (null where the range is not known).
-#}
{% macro weighted_sums() -%}
    count(*) as n_started,
    count(value) as n_measured,
    count(*) filter (value is not null and why is not null) as n_plain,
    min(why) as why,
    {%- set measured = "filter (value is not null)" %}
    coalesce(sum(weight) {{ measured }}, 0) as weight,
    coalesce(sum(weight * weight) {{ measured }}, 0) as squares,
    coalesce(sum(weight * value), 0) as product,
    coalesce(sum(weight * weight * value), 0) as square_product,
    coalesce(sum(weight * weight * value * value), 0) as square_squares,
    coalesce(max(weight) {{ measured }}, 0) as largest,
    count(*) filter (improved and judged) as n_improved,
    count(*) filter (judged) as n_judged,
    coalesce(sum(weight) filter (improved and judged), 0) as weight_improved,
    coalesce(sum(weight) filter (judged), 0) as weight_judged,
    {%- for end in ["worst", "best"] %}
    case when count(coalesce(value, {{ end }})) = count(*) then sum(coalesce(value, {{ end }})) end
        as {{ end }} {{- "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The same of cells whose people are counted apart, and ``more`` sums. -#}
{% macro sums_of_sums(more=[]) -%}
    {%- for name in ["n_started", "n_measured", "n_plain", "n_improved", "n_judged"] %}
    sum({{ name }})::bigint as {{ name }},
    {%- endfor %}
    {%- for name in ["weight", "squares", "product", "square_product", "square_squares", "weight_improved",
        "weight_judged"] + more %}
    sum({{ name }}) as {{ name }},
    {%- endfor %}
    {%- for end in ["worst", "best"] %}
    case when count({{ end }}) = count(*) then sum({{ end }}) end as {{ end }},
    {%- endfor %}
    max(largest) as largest,
    min(why) as why
{%- endmacro %}
