-- One row per episode, measure's identity and field: baseline, latest and best value as the view shows them,
-- and as SQL finds them.
with published as (
    select patient_key, episode_id, unnest(view.outcomes) as said
    from {{ ref("int_parity__state") }}
    where is_compared
),

found as (
    select
        outcome.patient_key, outcome.episode_id, outcome.measure, outcome.muscle_group, outcome.side,
        outcome.method, outcome.device_class,
        arg_min(outcome.unit, (outcome.occurred_at, outcome.event_id)) as unit,
        count(*) as n,
        arg_max({'value': outcome.value, 'at': outcome.occurred_at}, (outcome.occurred_at, outcome.event_id))
            filter (
                outcome.occurred_at >= episode_window.baseline_from
                and outcome.occurred_at < episode_window.baseline_until
            ) as baseline,
        arg_max({'value': outcome.value, 'at': outcome.occurred_at}, (outcome.occurred_at, outcome.event_id))
            as latest,
        case any_value(outcome.direction)
            when 'higher' then max(outcome.value) when 'lower' then min(outcome.value)
        end as best
    from {{ ref("int_outcome") }} as outcome
    inner join {{ ref("int_parity__state") }} as state
        on outcome.patient_key = state.patient_key
        and outcome.episode_id = state.episode_id
        and state.is_compared
    left join {{ ref("int_episode__window") }} as episode_window
        on outcome.patient_key = episode_window.patient_key
        and outcome.episode_id = episode_window.episode_id
    group by all
),

paired as (
    select
        coalesce(published.patient_key, found.patient_key) as patient_key,
        coalesce(published.episode_id, found.episode_id) as episode_id,
        'outcomes[' || concat_ws(
            ' ', coalesce(said.measure, found.measure), coalesce(said.muscle_group, found.muscle_group),
            coalesce(said.side, found.side), coalesce(said.method, found.method),
            coalesce(said.device_class, found.device_class)
        ) || ']' as place,
        said,
        found.* exclude (patient_key, episode_id)
    from published
    full join found
        on published.patient_key = found.patient_key
        and published.episode_id = found.episode_id
        and said.measure = found.measure
        and said.method = found.method
        and said.device_class = found.device_class
        and said.muscle_group is not distinct from found.muscle_group
        and said.side is not distinct from found.side
)

select patient_key, episode_id, 'outcomes' as name, unnest(fields, recursive := true)
from (
    select
        patient_key,
        episode_id,
        [
            {{ beside("place || '.n'", "said.n", "n") }},
            {{ beside("place || '.unit'", "said.unit", "unit") }},
            {{ beside("place || '.baseline'", "said.baseline", "baseline.value") }},
            {{ beside("place || '.baseline_at'", "said.baseline_at", "baseline.at") }},
            {{ beside("place || '.latest'", "said.latest", "latest.value") }},
            {{ beside("place || '.latest_at'", "said.latest_at", "latest.at") }},
            {{ beside("place || '.best'", "said.best", "best") }},
            {{ beside("place || '.change'", "said.change",
                "if(latest.at > baseline.at, latest.value - baseline.value, null)", 2e-6) }}
        ] as fields
    from paired
)
