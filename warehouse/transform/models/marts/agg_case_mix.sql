-- How well the case-mix model of each measure and horizon fits, out of fold.
select
    *,
    (select any_value(model_version) from {{ ref("int_change__expected") }}) as model_version,
    {{ release_columns() }}
from {{ ref("int_case_mix__validated") }}
order by measure, method, device_class, horizon, aspect, try_cast(level as integer), level
