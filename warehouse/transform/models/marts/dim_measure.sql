-- One row per outcome measure of the registry.
select
    measure,
    label,
    construct,
    domain,
    unit,
    direction,
    low::double as low,
    high::double as high,
    patient_reported,
    at_muscle,
    licence,
    citation,
    version,
    role,
    items::integer as items,
    item_low::double as item_low,
    item_high::double as item_high,
    least_answered::integer as least_answered,
    scoring,
    missing_items,
    loinc,
    ucum,
    classifies,
    (select registry_version from {{ ref("int_registry") }}) as registry_version
from {{ source("reference", "measures") }}
order by measure
