-- Outcomes of each cell: who started, who was measured, how much changed, in which classes.
{% set classes = ["improved", "probable", "detectable", "unchanged", "deteriorated", "ineligible",
    "not_classified"] %}
with by_goal as (
    select population.* exclude (goals), unnest(list_append(list_distinct(goals), 'all')) as goal
    from {{ ref("int_population") }} as population
),

counted as (
    select
        condition, muscle_group, goal,
        case when grouping(program) = 1 then 'all' else program end as program,
        measure, method, device_class, horizon,
        case when grouping(month) = 1 then 'all' else month end as month,
        any_value(label) as label,
        any_value(domain) as domain,
        any_value(unit) as unit,
        any_value(direction) as direction,
        any_value(sd_baseline) as sd_baseline,
        count(*) as n_started,
        count(baseline) as n_baseline,
        count(*) filter (is_measured) as n_measured,
        avg(baseline) filter (is_measured) as mean_baseline,
        avg(improvement) as mean_change,
        stddev_samp(improvement) as sd_change,
        {%- for class in classes %}
        count(*) filter (is_measured and class = '{{ class }}') as n_{{ class }}{{ "," if not loop.last }}
        {%- endfor %}
    from by_goal
    group by condition, muscle_group, goal, measure, method, device_class, horizon, cube (program, month)
)

select
    counted.condition,
    counted.muscle_group,
    counted.goal,
    counted.program,
    counted.measure,
    counted.method,
    counted.device_class,
    counted.horizon,
    counted.month,
    counted.label,
    counted.domain,
    counted.unit,
    counted.direction,
    counted.n_started,
    counted.n_baseline,
    counted.n_measured,
    counted.n_measured / counted.n_started as completeness,
    counted.mean_baseline,
    counted.mean_change,
    counted.sd_change,
    counted.mean_change - t95 * sd_change / sqrt(n_measured) as ci_low,
    counted.mean_change + t95 * sd_change / sqrt(n_measured) as ci_high,
    counted.mean_change / counted.sd_baseline as standardised_change,
    counted.n_improved,
    counted.n_probable,
    counted.n_detectable,
    counted.n_unchanged,
    counted.n_deteriorated,
    counted.n_ineligible,
    counted.n_started - counted.n_measured as n_unknown,
    counted.n_not_classified,
    {{ release_columns() }}
from counted
left join {{ source("reference", "t_quantiles") }} as quantile
    on quantile.degrees = least(counted.n_measured - 1, 1000)
order by condition, muscle_group, horizon, measure, goal, program, month, method, device_class
