{{ config(materialized="view") }}
-- Everybody who counts in a figure, with what holds for the whole cell.
select
    follow_up.*,
    cell.label,
    cell.domain,
    cell.unit,
    cell.direction,
    cell.sd_baseline,
    follow_up.improvement is not null as is_measured
from {{ ref("fct_follow_up") }} as follow_up
inner join {{ ref("dim_cell") }} as cell
    using (condition, muscle_group, measure, method, device_class, horizon)
