-- Cells of the figures: each measure identity of which a condition's muscle group has a value that is due at
-- a horizon. Everybody's in every build. is_new: no build before had it, so it concerns also people of whom
-- nothing is new.
select
    cell.*,
    {% if flags.FULL_REFRESH %} false
    {%- else %} not exists (
        from candidate.main.dim_cell as known
        where known.condition = cell.condition and known.muscle_group = cell.muscle_group
            and known.horizon = cell.horizon and known.measure = cell.measure
            and known.method = cell.method and known.device_class = cell.device_class
    )
    {%- endif %} as is_new
from (
    select
        condition, muscle_group, measure, method, device_class, horizon,
        min(label) as label,
        min(domain) as domain,
        min(unit) as unit,
        min(direction) as direction
    from {{ ref("fct_change") }}
    where due and is_counted
    group by all
) as cell
