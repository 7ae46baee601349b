-- One row per value of an episode from its start until it closed, beside the baseline of its measure identity:
-- the story of each change. The baseline stands beside itself on day 0. Of several sides the treated one
-- stands for the episode.
with measured as (
    select
        measured.* exclude (time_zero, closed_at),
        episode.condition,
        episode.zone,
        episode.time_zero,
        episode.closed_at,
        episode_window.baseline_until
    from {{ ref("int_change__measured") }} as measured
    inner join {{ ref("int_episode") }} as episode using (patient_key, episode_id)
    inner join {{ ref("int_episode__window") }} as episode_window using (patient_key, episode_id)
    where measured.first is not null
        and (
            list_contains(episode.muscle_groups, measured.muscle_group)
            or (len(episode.muscle_groups) = 0 and measured.muscle_group = 'unspecified')
        )
    qualify row_number() over (
        partition by
            measured.patient_key, measured.episode_id, measured.measure, measured.method,
            measured.device_class, measured.muscle_group
        order by measured.side = episode.side desc nulls last, measured.side nulls first
    ) = 1
),

points as (
    select
        measured.*,
        true as is_start,
        measured.first.value as follow_up,
        measured.first.at as occurred_at,
        measured.first.rater as rater,
        '' as event_id
    from measured
    union all by name
    select
        measured.*,
        false as is_start,
        outcome.value as follow_up,
        outcome.occurred_at,
        outcome.rater,
        outcome.event_id
    from measured
    inner join {{ ref("int_outcome") }} as outcome
        using (patient_key, episode_id, measure, method, device_class)
    where outcome.side is not distinct from measured.side
        and coalesce(outcome.muscle_group, measured.muscle_group) = measured.muscle_group
        and outcome.occurred_at >= measured.baseline_until
        and (measured.closed_at is null or outcome.occurred_at <= measured.closed_at)
),

dated as (
    select
        patient_key, episode_id, condition, muscle_group, measure, method, device_class, side, is_start,
        first.value as baseline,
        follow_up,
        first.rater = rater as same_rater,
        event_id,
        occurred_at,
        case
            when is_start then 0
            else timezone(zone, occurred_at)::date - timezone(zone, time_zero)::date
        end as day
    from points
)

select *, {{ case_key() }} as case_key
from dated
