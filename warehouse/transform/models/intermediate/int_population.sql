-- Who counts in a figure: per condition, muscle group, measure identity and horizon every episode that
-- was due, with its change where it was measured. Episodes without any value of the measure count too.
with changes as (
    select
        change.*,
        classified.class,
        classified.mdc,
        classified.mcid,
        episode.clinic,
        episode.program,
        episode.goals,
        strftime(timezone(episode.zone, episode.time_zero), '%Y-%m') as month
    from {{ ref("int_change") }} as change
    inner join {{ ref("int_episode") }} as episode using (patient_key, episode_id)
    inner join {{ ref("int_change__classified") }} as classified using (case_key)
    where change.due and change.is_counted
),

cells as (
    select
        condition, muscle_group, horizon, measure, method, device_class,
        any_value(label) as label,
        any_value(domain) as domain,
        any_value(unit) as unit,
        any_value(direction) as direction
    from changes
    group by all
),

expected as (
    select *
    from {{ ref("int_episode__started") }}
    inner join cells using (condition, muscle_group, horizon)
),

columns_alike as (
    select
        expected.*,
        changes.baseline, changes.follow_up, changes.improvement, changes.class, changes.mdc,
        changes.mcid
    from expected
    left join changes
        using (patient_key, episode_id, muscle_group, horizon, measure, method, device_class)
    union all by name
    -- Measured, but by the calendar not due yet, or in a muscle group that the program does not name.
    select
        patient_key, episode_id, clinic, condition, program, goals, month, muscle_group, horizon,
        measure, method, device_class, label, domain, unit, direction,
        baseline, follow_up, improvement, class, mdc, mcid
    from changes
    anti join expected
        using (patient_key, episode_id, muscle_group, horizon, measure, method, device_class)
)

select
    *,
    improvement is not null as is_measured,
    -- The yardstick of standardised change: how far apart people of this cell were at the start.
    nullif(stddev_samp(baseline) over (
        partition by condition, muscle_group, horizon, measure, method, device_class
    ), 0) as sd_baseline
from columns_alike
