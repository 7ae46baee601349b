-- Outcomes of each cell: who started, who was measured, how much changed, in which classes.
{% set classes = ["improved", "probable", "detectable", "unchanged", "deteriorated", "ineligible",
    "not_classified"] %}
-- First one row per finest cell, and of these few the totals: everybody is walked once.
with finest as (
    select
        condition, muscle_group, goals, program, month, measure, method, device_class, horizon,
        count(*) as n_started,
        count(baseline) as n_baseline,
        count(*) filter (is_measured) as n_measured,
        sum(baseline) filter (is_measured) as sum_baseline,
        sum(improvement) as sum_change,
        sum(improvement * improvement) as sum_squares,
        {%- for class in classes %}
        count(*) filter (is_measured and class = '{{ class }}') as n_{{ class }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ ref("int_population") }}
    group by all
),

by_goal as (
    select finest.* exclude (goals), unnest(list_append(list_distinct(goals), 'all')) as goal
    from finest
),

summed as (
    select
        condition, muscle_group, goal,
        case when grouping(program) = 1 then 'all' else program end as program,
        measure, method, device_class, horizon,
        case when grouping(month) = 1 then 'all' else month end as month,
        {%- for count in ["started", "baseline", "measured"] + classes %}
        sum(n_{{ count }})::bigint as n_{{ count }},
        {%- endfor %}
        sum(sum_baseline) / sum(n_measured) filter (n_measured > 0) as mean_baseline,
        sum(sum_change) / sum(n_measured) filter (n_measured > 0) as mean_change,
        sum(sum_squares) / sum(n_measured) filter (n_measured > 0) as mean_square
    from by_goal
    group by condition, muscle_group, goal, measure, method, device_class, horizon, cube (program, month)
),

counted as (
    select
        summed.*,
        cell.label,
        cell.domain,
        cell.unit,
        cell.direction,
        cell.sd_baseline,
        -- What is left of equal values after rounding is no spread.
        case when summed.n_measured > 1 then sqrt(
            case when mean_square - mean_change * mean_change > 1e-12 * mean_square
                then mean_square - mean_change * mean_change else 0
            end * summed.n_measured / (summed.n_measured - 1)
        ) end as sd_change
    from summed
    left join {{ ref("dim_cell") }} as cell using (condition, muscle_group, measure, method, device_class, horizon)
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
    counted.mean_change - t95 * sd_change / sqrt(counted.n_measured) as ci_low,
    counted.mean_change + t95 * sd_change / sqrt(counted.n_measured) as ci_high,
    counted.mean_change / counted.sd_baseline as standardised_change,
    counted.n_improved,
    counted.n_probable,
    counted.n_detectable,
    counted.n_unchanged,
    counted.n_deteriorated,
    counted.n_ineligible,
    counted.n_started - counted.n_measured as n_unknown,
    counted.n_not_classified,
    {{ completed_columns() }},
    {{ release_columns() }}
from counted
left join {{ ref("int_outcome__weighted") }} as weighted
    on weighted.clinic = 'all'
    and weighted.measure = counted.measure
    {%- for name in ["condition", "muscle_group", "goal", "program", "method", "device_class", "horizon", "month"] %}
    and weighted.{{ name }} = counted.{{ name }}
    {%- endfor %}
left join {{ source("reference", "t_quantiles") }} as quantile
    on quantile.degrees = least(counted.n_measured - 1, 1000)
order by
    counted.condition, counted.muscle_group, counted.horizon, counted.measure, counted.goal, counted.program,
    counted.month, counted.method, counted.device_class
