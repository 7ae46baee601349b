-- Clinics compared fairly: their people's mean change beside what case-mix let expect, over the twelve
-- months before as_of.
select
    measured.clinic,
    measured.condition,
    measured.measure,
    measured.method,
    measured.device_class,
    measured.horizon,
    about.label,
    about.domain,
    about.unit,
    measured.n_started,
    measured.n_baseline,
    measured.n_measured,
    measured.n_measured / measured.n_started as completeness,
    measured.raw_mean,
    measured.expected,
    measured.residual,
    compared.standard_error,
    compared.shrunk,
    compared.low as shrunk_low,
    compared.high as shrunk_high,
    compared.reliability,
    try_cast(round(compared.people_needed) as bigint) as n_for_reliable,
    compared.within as variance_within,
    compared.between as variance_between,
    compared.phi as overdispersion,
    compared.added as variance_added,
    compared.inner as limit_95,
    compared.outer as limit_998,
    compared.flag,
    compared.gate,
    compared.indicator_gate,
    {{ as_of() }} - interval 12 month as due_from,
    {{ release_columns() }}
from {{ ref("int_clinic__measured") }} as measured
inner join {{ ref("int_clinic__compared") }} as compared
    on measured.clinic = compared.name
    and measured.condition = compared.condition
    and measured.measure = compared.measure
    and measured.method = compared.method
    and measured.device_class = compared.device_class
    and measured.horizon = compared.horizon
left join {{ source("reference", "measures") }} as about on measured.measure = about.measure
order by
    measured.condition, measured.measure, measured.method, measured.device_class, measured.horizon,
    measured.clinic
