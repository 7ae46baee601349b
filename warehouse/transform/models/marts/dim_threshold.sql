-- One row per threshold of the registry, with its citation.
select
    "row",
    measure,
    conditions::varchar[] as conditions,
    muscle_groups::varchar[] as muscle_groups,
    device_class,
    baseline_low::double as baseline_low,
    baseline_high::double as baseline_high,
    mdc::double as mdc,
    mdc_same_rater::double as mdc_same_rater,
    mdc_share_of_baseline::double as mdc_share_of_baseline,
    mdc_share_same_rater::double as mdc_share_same_rater,
    mcid::double as mcid,
    mcid_share_of_baseline::double as mcid_share_of_baseline,
    status,
    citation,
    population,
    anchor,
    method,
    n::integer as n,
    mdc_level::integer as mdc_level,
    mcid_low::double as mcid_low,
    mcid_high::double as mcid_high,
    "interval",
    alternative
from {{ source("reference", "thresholds") }}
order by measure, "row"
