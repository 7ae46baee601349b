-- How long it takes until people have an important change: by week the share that has it, that was discharged
-- without, and that is still at risk.
with started as (
    select
        case when grouping(clinic) = 1 then 'all' else clinic end as clinic,
        condition, muscle_group,
        case when grouping(program) = 1 then 'all' else program end as program,
        count(*) as n_started
    from (
        select
            clinic, condition, program,
            unnest(case
                when len(muscle_groups) > 0 then list_distinct(muscle_groups) else ['unspecified']
            end) as muscle_group
        from {{ ref("fct_episode") }}
        where time_zero is not null
    )
    group by condition, muscle_group, grouping sets ((clinic), (program), ())
),

measured as (
    select
        case when grouping(clinic) = 1 then 'all' else clinic end as clinic,
        condition, muscle_group,
        case when grouping(program) = 1 then 'all' else program end as program,
        measure, method, device_class,
        count(*) as n_baseline,
        count(*) filter (is_judged) as n_judged,
        count(*) filter (is_judged and n_visits > 0) as n_measured,
        count(*) filter (is_judged and sustained_day is not null) as n_sustained,
        count(*) filter (is_judged and first_day is not null) as n_first,
        count(*) filter (is_judged and sustained_day is null and closed_day is not null) as n_discharged,
        median(last_day / n_visits) filter (is_judged and n_visits > 0) as days_between_visits
    from {{ ref("int_time_to_change") }}
    group by condition, muscle_group, measure, method, device_class, grouping sets ((clinic), (program), ())
)

select
    visit.clinic,
    visit.condition,
    visit.muscle_group,
    visit.program,
    visit.measure,
    visit.method,
    visit.device_class,
    visit.definition,
    visit.week::integer as week,
    registry.label,
    registry.domain,
    started.n_started,
    measured.n_baseline,
    measured.n_judged,
    measured.n_measured,
    measured.n_measured / started.n_started as completeness,
    case visit.definition when 'first' then measured.n_first else measured.n_sustained end as n_changed,
    measured.n_discharged,
    measured.days_between_visits,
    visit.n_at_risk::bigint as n_at_risk,
    visit.n_changed_by::bigint as n_changed_by,
    visit.n_discharged_by::bigint as n_discharged_by,
    visit.n_censored_by::bigint as n_censored_by,
    earliest.n_changed_by::bigint as n_changed_earliest_by,
    visit.changed,
    visit.changed_low,
    visit.changed_high,
    earliest.changed as changed_earliest,
    visit.discharged,
    visit.mean_days,
    {{ release_columns() }}
from {{ ref("int_time_to_change__estimated") }} as visit
inner join measured using (clinic, condition, muscle_group, program, measure, method, device_class)
inner join started using (clinic, condition, muscle_group, program)
left join {{ ref("int_time_to_change__estimated") }} as earliest
    on earliest.placed = 'earliest'
    {%- for name in ["clinic", "condition", "muscle_group", "program", "measure", "method", "device_class",
        "definition", "week"] %}
    and earliest.{{ name }} = visit.{{ name }}
    {%- endfor %}
left join {{ ref("dim_measure") }} as registry on registry.measure = visit.measure
where visit.placed = 'visit'
order by
    visit.clinic, visit.condition, visit.muscle_group, visit.program, visit.measure, visit.method,
    visit.device_class, visit.definition, visit.week
