-- Values of outcome measures with their episode and what the registry says about the measure.
select
    outcome.* exclude (episode_id),
    attribution.episode_id,
    coalesce(registry.label, outcome.measure) as label,
    registry.domain,
    registry.direction,
    case when registry.direction = 'lower' then -1 else 1 end as sign
from {{ ref("stg_events__outcome_measured") }} as outcome
inner join {{ ref("int_attribution") }} as attribution using (event_id)
left join {{ source("reference", "measures") }} as registry on outcome.measure = registry.measure
