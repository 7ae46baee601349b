{{ config(tags=["estimator"]) }}
-- Sums of each cell of agg_outcomes, and by clinic over all goals, programs and months.
with people as (
    select
        *,
        improvement as value,
        coalesce(class = 'improved', false) as improved,
        could_improve as judged
    from {{ ref("int_outcome__weight") }}
),

by_goal as (
    select * exclude (goals), unnest(list_append(list_distinct(goals), 'all')) as goal from people
)

select
    'all' as clinic, condition, muscle_group, goal,
    case when grouping(program) = 1 then 'all' else program end as program,
    domain, measure, method, device_class, horizon,
    case when grouping(month) = 1 then 'all' else month end as month,
    {{ weighted_sums() }}
from by_goal
group by
    condition, muscle_group, goal, domain, measure, method, device_class, horizon, cube (program, month)
union all by name
select
    clinic, condition, muscle_group, 'all' as goal, 'all' as program,
    domain, measure, method, device_class, horizon, 'all' as month,
    {{ weighted_sums() }}
from people
group by clinic, condition, muscle_group, domain, measure, method, device_class, horizon
