{#- Whether a change was judged by thresholds of error and of importance; without both nobody is improved. -#}
{% macro could_improve() -%}
    coalesce(
        class in ('improved', 'probable', 'detectable', 'unchanged', 'deteriorated')
        and mdc is not null and mcid is not null,
        false
    )
{%- endmacro %}
