-- Change per domain over all its instruments, in units of the baseline SD; a person counts once.
with by_instrument as (
    select
        patient_key,
        case when grouping(condition) = 1 then 'all' else condition end as condition,
        case when grouping(muscle_group) = 1 then 'all' else muscle_group end as muscle_group,
        case when grouping(program) = 1 then 'all' else program end as program,
        domain, horizon, measure, method, device_class,
        avg(improvement / sd_baseline) as standardised,
        bool_or(is_measured) as is_measured,
        bool_or(coalesce(class = 'improved', false)) as is_improved,
        bool_or(coalesce(class = 'deteriorated', false)) as is_deteriorated,
        bool_or({{ could_improve() }}) as could_improve
    from {{ ref("int_population") }}
    where condition <> 'none' and domain is not null
    group by patient_key, domain, horizon, measure, method, device_class, cube (condition, muscle_group, program)
),

by_person as (
    select
        condition, muscle_group, program, domain, horizon, patient_key,
        avg(standardised) as standardised,
        bool_or(is_measured) as is_measured,
        bool_or(is_improved) and not bool_or(is_deteriorated) as is_improved,
        bool_or(could_improve) as could_improve,
        list(measure) filter (is_measured) as measures
    from by_instrument
    group by all
),

counted as (
    select
        condition, muscle_group, program, domain, horizon,
        count(*) as n_people,
        avg(standardised) as standardised_change,
        stddev_samp(standardised) as sd,
        count(standardised) as n_standardised,
        count(*) filter (is_measured) as n_measured,
        count(*) filter (is_improved and could_improve) as n_improved,
        count(*) filter (could_improve) as n_classified,
        list_sort(list_distinct(flatten(list(coalesce(measures, []))))) as measures
    from by_person
    group by all
)

select
    condition,
    muscle_group,
    program,
    domain,
    horizon,
    n_people,
    standardised_change,
    standardised_change - t95 * sd / sqrt(n_standardised) as ci_low,
    standardised_change + t95 * sd / sqrt(n_standardised) as ci_high,
    n_measured,
    n_improved,
    n_classified,
    n_improved / nullif(n_classified, 0) as share_improved,
    measures,
    {{ release_columns() }}
from counted
left join {{ source("reference", "t_quantiles") }} as quantile on quantile.degrees = least(n_standardised - 1, 1000)
order by condition, muscle_group, horizon, domain, program
