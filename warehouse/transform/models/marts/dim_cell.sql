-- One row per cell of the figures, with the yardstick of standardised change: how far apart the people of
-- the cell were at the start.
with spread as (
    select
        condition, muscle_group, measure, method, device_class, horizon,
        nullif(stddev_samp(baseline), 0) as sd_baseline
    from {{ ref("fct_follow_up") }}
    group by all
)

select
    cell.condition,
    cell.muscle_group,
    cell.measure,
    cell.method,
    cell.device_class,
    cell.horizon,
    cell.label,
    cell.domain,
    cell.unit,
    cell.direction,
    spread.sd_baseline
from {{ ref("int_cell") }} as cell
left join spread using (condition, muscle_group, measure, method, device_class, horizon)
order by condition, muscle_group, horizon, measure, method, device_class
