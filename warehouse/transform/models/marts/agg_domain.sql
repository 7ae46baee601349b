-- Change per domain over all its instruments, in units of the baseline SD; a person counts once.
{% set cell = ["condition", "muscle_group", "program", "domain", "horizon"] %}
with instruments as (
    select distinct {{ cell | join(", ") }}, measure
    from {{ ref("int_population") }}
    where is_measured and condition <> 'none' and domain is not null
),

named as (
    select
        {%- for name in cell[:3] %}
        case when grouping({{ name }}) = 1 then 'all' else {{ name }} end as {{ name }},
        {%- endfor %}
        domain, horizon,
        list_sort(list(distinct measure)) as measures
    from instruments
    group by domain, horizon, cube (condition, muscle_group, program)
),

counted as (
    select
        *,
        total / nullif(n_measured, 0) as standardised_change,
        sqrt(greatest(total_squares - total * total / nullif(n_measured, 0), 0) / nullif(n_measured - 1, 0))
            as sd
    from {{ ref("int_domain__summed") }}
    where clinic = 'all'
)

select
    counted.condition,
    counted.muscle_group,
    counted.program,
    counted.domain,
    counted.horizon,
    counted.n_started::bigint as n_people,
    counted.standardised_change,
    counted.standardised_change - t95 * sd / sqrt(counted.n_measured) as ci_low,
    counted.standardised_change + t95 * sd / sqrt(counted.n_measured) as ci_high,
    counted.n_followed::bigint as n_measured,
    counted.n_followed / counted.n_started as completeness,
    counted.n_improved::bigint as n_improved,
    counted.n_judged::bigint as n_classified,
    counted.n_improved / nullif(counted.n_judged, 0) as share_improved,
    coalesce(named.measures, []) as measures,
    {{ completed_columns() }},
    {{ release_columns() }}
from counted
left join named using ({{ cell | join(", ") }})
left join {{ source("reference", "t_quantiles") }} as quantile
    on quantile.degrees = least(counted.n_measured - 1, 1000)
left join {{ ref("int_outcome__weighted") }} as weighted
    on weighted.clinic = 'all'
    and weighted.measure is null
    {%- for name in cell %}
    and weighted.{{ name }} = counted.{{ name }}
    {%- endfor %}
order by counted.condition, counted.muscle_group, counted.horizon, counted.domain, counted.program
