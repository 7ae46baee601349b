{#-
People of a domain over its instruments: rows_counted by instrument, and then over the instruments, each
person once in each of ``levels``, the grouping sets over ``by`` (what a set leaves out is called all).
``places``: how these people were told apart in rows_counted.
-#}
{% macro people_of_domain(by, levels, places) -%}
    select
        patient_key, domain, horizon, {{ by | join(", ") }}, {{ over_instruments() }}
    from (
        select
            patient_key, domain, horizon,
            {%- for name in by %}
            case when grouping({{ name }}) = 1 then 'all' else {{ name }} end as {{ name }},
            {%- endfor %}
            avg(value) as value,
            bool_or(is_measured) as is_measured,
            bool_or(improved) as improved,
            bool_or(deteriorated) as deteriorated,
            bool_or(judged) as judged,
            avg(weight) filter (is_measured) as weight,
            min(why) as why,
            avg(worst) as worst,
            avg(best) as best
        from rows_counted
        where places = '{{ places }}'
        group by patient_key, domain, horizon, measure, method, device_class, {{ levels }}
    )
    group by patient_key, domain, horizon, {{ by | join(", ") }}
{%- endmacro %}

{#- One person's figures over the instruments that they have. -#}
{% macro over_instruments(weight="weight") -%}
    avg(value) as value,
    bool_or(is_measured) as is_measured,
    bool_or(improved) and not bool_or(deteriorated) as improved,
    bool_or(judged) as judged,
    avg({{ weight }}) as weight,
    min(why) as why,
    avg(worst) as worst,
    avg(best) as best
{%- endmacro %}
