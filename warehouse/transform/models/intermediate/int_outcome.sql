-- Values of outcome measures with their episode and what the registry says about the measure.
with outcomes as (
    {{ attributed_events("stg_events__outcome_measured", placed=true) }}
)

select
    outcome.*,
    coalesce(registry.label, outcome.measure) as label,
    registry.domain,
    registry.direction,
    case when registry.direction = 'lower' then -1 else 1 end as sign
from outcomes as outcome
left join {{ source("reference", "measures") }} as registry on outcome.measure = registry.measure
