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
    (select registry_version from {{ ref("int_registry") }}) as registry_version,
    {{ release_columns() }}
from {{ source("reference", "measures") }}
order by measure
