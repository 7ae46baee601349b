{{ incremental_by_patient() }}
-- One row per value of an outcome measure, also those that belong to no episode.
select
    outcome.event_id,
    outcome.patient_key,
    outcome.episode_id,
    outcome.measure,
    outcome.label,
    outcome.domain,
    outcome.value,
    outcome.unit,
    outcome.direction,
    outcome.method,
    outcome.device_class,
    outcome.muscle_group,
    outcome.side,
    outcome.rater,
    outcome.occasion,
    outcome.occurred_at,
    (
        timezone(episode.zone, outcome.occurred_at)::date - timezone(episode.zone, episode.time_zero)::date
    )::integer as day,
    outcome.source
from {{ ref("int_outcome") }} as outcome
left join {{ ref("int_episode") }} as episode using (patient_key, episode_id)
