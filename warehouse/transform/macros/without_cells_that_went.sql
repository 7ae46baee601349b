{#- Rows of cells that nobody's value is in any more, also those of people of whom nothing is new. -#}
{% macro without_cells_that_went(rows) -%}
    {%- set cell = ["condition", "muscle_group", "horizon", "measure", "method", "device_class"] -%}
    delete from {{ rows }} as here
    using (
        select known.* from candidate.main.dim_cell as known
        anti join {{ ref("int_cell") }} using ({{ cell | join(", ") }})
    ) as gone
    where {% for name in cell -%}
        here.{{ name }} = gone.{{ name }} {{- " and " if not loop.last }}
    {%- endfor %}
{%- endmacro %}
