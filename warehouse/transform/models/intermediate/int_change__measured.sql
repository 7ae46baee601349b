-- One row per episode and measure identity: its baseline and its value at each horizon, as structs of
-- value, occurred_at, rater. Values that belong to no muscle count under each group of the program.
with placed as (
    select
        outcome.*,
        episode.time_zero,
        episode.closed_at,
        episode_window.baseline_from,
        episode_window.baseline_until,
        epoch(outcome.occurred_at - episode.time_zero) / 86400 as days,
        unnest(case
            when outcome.muscle_group is not null then [outcome.muscle_group]
            when len(episode.muscle_groups) > 0 then list_distinct(episode.muscle_groups)
            else ['unspecified']
        end) as group_counted
    from {{ ref("int_outcome") }} as outcome
    inner join {{ ref("int_episode") }} as episode using (patient_key, episode_id)
    inner join {{ ref("int_episode__window") }} as episode_window using (patient_key, episode_id)
    where outcome.measure not in (
        select measure from {{ source("reference", "measures") }} where role <> 'outcome'
    )
),

pointed as (
    select
        *,
        {'value': value, 'at': occurred_at, 'rater': rater} as point,
        occurred_at >= baseline_from and occurred_at < baseline_until as at_start,
        occurred_at >= baseline_until as later
    from placed
)

select
    patient_key, episode_id, measure, method, device_class, group_counted as muscle_group, side,
    any_value(label) as label,
    any_value(domain) as domain,
    any_value(unit) as unit,
    any_value(direction) as direction,
    any_value(sign) as sign,
    any_value(time_zero) as time_zero,
    any_value(closed_at) as closed_at,
    arg_max(point, (occurred_at, event_id)) filter (at_start) as first,
    {%- for name, one in horizons().items() if one.target %}
    arg_min(point, (abs(days - {{ one.target }}), occurred_at, event_id))
        filter (later and abs(days - {{ one.target }}) <= 14) as {{ name }},
    {%- endfor %}
    arg_max(point, (occurred_at, event_id)) filter (later) as latest,
    arg_max(point, (occurred_at, event_id))
        filter (later and occurred_at <= closed_at and occurred_at >= closed_at - interval 14 day) as discharge
from pointed
group by patient_key, episode_id, measure, method, device_class, group_counted, side
