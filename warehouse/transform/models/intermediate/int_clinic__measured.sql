-- Clinics within each indicator: people due and measured, their mean change, what was expected of them, and
-- how far the difference spreads. An indicator is a condition (all for every one), measure identity and
-- horizon. A person with several episodes counts once, by their mean.
with by_person as (
    select
        case when grouping(mix.condition) = 1 then 'all' else mix.condition end as condition,
        mix.measure, mix.method, mix.device_class, mix.horizon, mix.clinic, mix.patient_key,
        bool_or(mix.baseline is not null) as has_baseline,
        avg(mix.improvement) as improvement,
        avg(model.expected) as expected,
        avg(mix.improvement - model.expected) as residual
    from {{ ref("int_case_mix") }} as mix
    left join {{ ref("int_change__expected") }} as model
        using (patient_key, episode_id, measure, method, device_class, horizon)
    group by
        mix.measure, mix.method, mix.device_class, mix.horizon, mix.clinic, mix.patient_key,
        cube (mix.condition)
)

select
    condition, measure, method, device_class, horizon, clinic,
    count(*) as n_started,
    count(*) filter (has_baseline) as n_baseline,
    count(improvement) as n_measured,
    avg(improvement) as raw_mean,
    avg(expected) as expected,
    avg(residual) as residual,
    var_samp(residual) as variance
from by_person
group by all
