{{ config(tags=["estimator"]) }}
-- On how many days' stories of people end, and how: an important change, discharge without one, or still under
-- way at as_of. Of everybody whose change can be judged, by cell, definition of the change, and where it is
-- placed: at the visit that showed it, or as early as it can have been (the visit before).
{% set as_of_day -%} (timezone(zone, {{ as_of() }})::date - timezone(zone, time_zero)::date) {%- endset %}
with stories as (
    {%- for definition in ["sustained", "first"] %}
    {%- for placed, day in {"visit": "day", "earliest": "after_day"}.items() %}
    select
        *,
        '{{ definition }}' as definition,
        '{{ placed }}' as placed,
        {{ definition }}_{{ day }} as changed_day
    from {{ ref("int_time_to_change") }}
    where is_judged
    {{ "union all by name" if not (loop.last and definition == "first") }}
    {%- endfor %}
    {%- endfor %}
)

select
    case when grouping(clinic) = 1 then 'all' else clinic end as clinic,
    condition, muscle_group,
    case when grouping(program) = 1 then 'all' else program end as program,
    measure, method, device_class, definition, placed,
    greatest(coalesce(changed_day, closed_day, {{ as_of_day }}), 0) as day,
    count(*) filter (changed_day is not null) as changed,
    count(*) filter (changed_day is null and closed_day is not null) as discharged,
    count(*) filter (changed_day is null and closed_day is null) as censored
from stories
group by
    condition, muscle_group, measure, method, device_class, definition, placed, day,
    grouping sets ((clinic), (program), ())
