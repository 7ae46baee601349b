{#- What stands beside each figure because not everybody was measured: columns of int_outcome__weighted. -#}
{% macro completed_columns() -%}
    {%- for name in ["weighted_change", "weighted_low", "weighted_high", "weighted_share_improved",
        "n_effective", "largest_weight_share", "why_not_weighted", "worst_change", "best_change",
        "worst_share_improved", "best_share_improved"] %}
    weighted.{{ name }} {{- "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}
