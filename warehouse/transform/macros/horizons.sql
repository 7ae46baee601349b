{#-
Follow-up times. ``until_due``: days after time zero when the window has closed, equal to DAYS_UNTIL_DUE of
warehouse/effects/protocol.py (a test holds them together). ``target``: the day that the nearest value is
sought for, 14 days to either side.
-#}
{% macro horizons() -%}
    {{ return({
        "week_6": {"target": 42, "until_due": 56},
        "week_12": {"target": 84, "until_due": 98},
        "latest": {"target": none, "until_due": 56},
        "discharge": {"target": none, "until_due": 0},
    }) }}
{%- endmacro %}

{#- Whether a follow-up at a horizon should be there by now; discharge only of a closed episode. -#}
{% macro is_due(horizon, time_zero, closed_at) -%}
    case {{ horizon }}
        {%- for name, one in horizons().items() %}
        when '{{ name }}' then {{ as_of() }} >= {{ time_zero }} + interval {{ one.until_due }} day
            {{- " and " ~ closed_at ~ " is not null" if name == "discharge" }}
        {%- endfor %}
    end
{%- endmacro %}
