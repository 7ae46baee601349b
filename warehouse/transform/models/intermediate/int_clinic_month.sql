-- The director's trend: people by clinic, condition and month of time zero, at the headline horizon,
-- over the instruments of strength, balance and function.
with headline as (
    select *
    from {{ ref("int_population") }}
    where horizon = '{{ var("headline_horizon") }}'
        and domain in ('strength', 'balance', 'function')
),

instruments as (
    select
        patient_key, episode_id, measure, method, device_class,
        avg(improvement / sd_baseline) as standardised,
        bool_or(baseline is not null) as has_baseline,
        bool_or(is_measured) as is_measured,
        bool_or(coalesce(class = 'improved', false)) as is_improved,
        bool_or(coalesce(class = 'deteriorated', false)) as is_deteriorated,
        bool_or({{ could_improve() }}) as could_improve
    from headline
    group by all
),

started as (
    select distinct patient_key, episode_id, clinic, condition, month
    from ({{ started_episodes(ref("fct_episode")) }})
    where horizon = '{{ var("headline_horizon") }}' and condition <> 'none'
),

by_person as (
    select
        clinic,
        case when grouping(condition) = 1 then 'all' else condition end as condition,
        month,
        patient_key,
        avg(standardised) as standardised,
        bool_or(coalesce(has_baseline, false)) as has_baseline,
        bool_or(coalesce(is_measured, false)) as is_measured,
        bool_or(coalesce(is_improved, false)) and not bool_or(coalesce(is_deteriorated, false)) as is_improved,
        bool_or(coalesce(could_improve, false)) as could_improve
    from started
    left join instruments using (patient_key, episode_id)
    group by clinic, month, patient_key, cube (condition)
),

counted as (
    select
        clinic, condition, month,
        count(*) as n_started,
        count(*) filter (has_baseline) as n_baseline,
        count(*) filter (is_measured) as n_measured,
        count(*) filter (could_improve) as n_classified,
        count(*) filter (is_improved and could_improve) as n_improved,
        avg(standardised) as standardised_change,
        stddev_samp(standardised) as sd,
        count(standardised) as n_standardised
    from by_person
    group by all
)

select
    clinic,
    condition,
    month,
    n_started,
    n_baseline,
    n_measured,
    n_measured / n_started as completeness,
    n_classified,
    n_improved,
    n_improved / nullif(n_classified, 0) as share_improved,
    standardised_change,
    standardised_change - t95 * sd / sqrt(n_standardised) as ci_low,
    standardised_change + t95 * sd / sqrt(n_standardised) as ci_high
from counted
left join {{ source("reference", "t_quantiles") }} as quantile on quantile.degrees = least(n_standardised - 1, 1000)
