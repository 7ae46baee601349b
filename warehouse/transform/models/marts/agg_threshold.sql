-- One row per cell and threshold: what the figure is by the thresholds in use, and what another would make of it.
select
    condition,
    muscle_group,
    measure,
    method,
    device_class,
    horizon,
    threshold,
    threshold = 'in use' as is_in_use,
    n_measured,
    n_classified,
    n_improved,
    n_improved / nullif(n_classified, 0) as share_improved,
    n_changed,
    {{ release_columns() }}
from {{ ref("int_threshold__applied") }}
order by condition, muscle_group, measure, method, device_class, horizon, threshold
