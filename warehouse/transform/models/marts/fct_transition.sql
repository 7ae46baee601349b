{{ incremental_by_patient() }}
-- One row per fact about a stage that stands: published and not withdrawn afterwards.
with latest as (
    select *
    from {{ source("lake", "transitions") }}
    where {{ touched_only() }}
    qualify row_number() over (
        partition by fact_id order by partition desc, next_offset desc, change = 'published' desc
    ) = 1
)

select
    fact.fact_id,
    coalesce(surviving.surviving_key, fact.patient_key) as patient_key,
    fact.episode_id,
    fact.kind,
    fact.muscle_group,
    fact.side,
    fact.from_stage,
    fact.to_stage,
    fact.rule,
    fact.policy,
    fact.policy_version::integer as policy_version,
    fact.occurred_at,
    fact.evidence,
    fact.missing,
    fact.reason_code,
    episode.clinic,
    episode.therapist,
    episode.condition,
    episode.program
from latest as fact
left join {{ ref("stg_patients__surviving") }} as surviving on fact.patient_key = surviving.patient_key
left join {{ ref("int_episode") }} as episode
    on coalesce(surviving.surviving_key, fact.patient_key) = episode.patient_key
    and fact.episode_id = episode.episode_id
where fact.change = 'published'
order by patient_key, fact.episode_id, fact.occurred_at, fact.fact_id
