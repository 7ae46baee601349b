-- The landed state of each episode, and whether it can be compared: every landed event of the person lies
-- below the offset that the person's states cover, that offset is landed, and no merge is half carried out.
with states as (
    select
        patient_key, episode_id, partition, next_offset,
        json_transform(view, '{
            "opened_at": "TIMESTAMPTZ", "closed_at": "TIMESTAMPTZ", "close_reason": "VARCHAR",
            "condition": "VARCHAR", "clinic": "VARCHAR", "program": "VARCHAR", "policy": "VARCHAR",
            "policy_version": "INTEGER", "time_zero": "TIMESTAMPTZ",
            "sessions_attended": "BIGINT", "sessions_missed": "BIGINT",
            "tracks": [{
                "muscle_group": "VARCHAR", "side": "VARCHAR", "stage": "VARCHAR",
                "pain_trend": "DOUBLE", "adherence_14d": "DOUBLE",
                "last_decision": {
                    "decided_at": "TIMESTAMPTZ", "action": "VARCHAR", "from_stage": "VARCHAR",
                    "to_stage": "VARCHAR", "evidence": ["VARCHAR"],
                    "policy": "VARCHAR", "policy_version": "INTEGER", "inputs": {{ inputs_shape() }}
                },
                "history": [{
                    "fact_id": "VARCHAR", "kind": "VARCHAR", "from_stage": "VARCHAR",
                    "to_stage": "VARCHAR", "occurred_at": "TIMESTAMPTZ"
                }]
            }],
            "outcomes": [{
                "measure": "VARCHAR", "muscle_group": "VARCHAR", "side": "VARCHAR", "method": "VARCHAR",
                "device_class": "VARCHAR", "unit": "VARCHAR", "n": "BIGINT", "baseline": "DOUBLE",
                "baseline_at": "TIMESTAMPTZ", "latest": "DOUBLE", "latest_at": "TIMESTAMPTZ",
                "best": "DOUBLE", "change": "DOUBLE"
            }]
        }') as view
    from {{ source("lake", "progression") }}
    where {{ touched_only() }}
),

events_of_people as (
    select said.patient_key, said.kafka_partition as partition, max(said.kafka_offset) as last_offset
    from {{ source("lake", "events") }} as said
    semi join states on said.patient_key = states.patient_key
    group by all
),

-- Who was merged and still has words under the key that went.
half_merged as (
    select distinct surviving.surviving_key
    from {{ source("lake", "events") }} as said
    inner join {{ ref("stg_patients__surviving") }} as surviving
        on said.patient_key = surviving.patient_key and surviving.patient_key <> surviving.surviving_key
    where said.event_type not in ('EventCorrected', 'EventRetracted', 'PatientsMerged', 'PatientErased')
        and said.event_id not in (
            select taken.retracts from {{ source("lake", "event_retracted") }} as taken
            where taken.retracts is not null
        )
),

covered as (
    select
        states.patient_key,
        bool_and(
            states.next_offset <= coalesce(ends.next_offset, 0)
            and coalesce(spoken.last_offset, 0) < newest.next_offset
        ) as is_covered
    from states
    inner join (
        select patient_key, max(next_offset) as next_offset from states group by all
    ) as newest on states.patient_key = newest.patient_key
    left join {{ source("lake", "ends") }} as ends on states.partition = ends.kafka_partition
    left join events_of_people as spoken on states.patient_key = spoken.patient_key
    group by states.patient_key
)

select
    states.*,
    covered.is_covered
        and surviving.patient_key is null
        and half_merged.surviving_key is null as is_compared
from states
inner join covered on states.patient_key = covered.patient_key
left join {{ ref("stg_patients__surviving") }} as surviving
    on states.patient_key = surviving.patient_key and surviving.surviving_key <> states.patient_key
left join half_merged on states.patient_key = half_merged.surviving_key
