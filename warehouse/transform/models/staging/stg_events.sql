{{ config(materialized="table") }}
-- One row per event that stands: repeated once, retracted never, under the surviving key, with the
-- changes of the correction that wins (the later occurred_at, then the larger event_id).
with retracted as (
    select distinct retracts as event_id
    from {{ source("lake", "events") }}
    where event_type = 'EventRetracted' and retracts is not null
),

corrections as (
    select said.corrects as event_id, said.changes::json as changes
    from {{ source("lake", "events") }} as said
    anti join retracted on said.event_id = retracted.event_id
    where said.event_type = 'EventCorrected'
    qualify row_number() over (partition by said.corrects order by said.occurred_at desc, said.event_id desc) = 1
),

once as (
    select said.*
    from {{ source("lake", "events") }} as said
    anti join retracted on said.event_id = retracted.event_id
    where said.event_type not in ('EventCorrected', 'EventRetracted', 'PatientsMerged', 'PatientErased')
    qualify row_number() over (
        partition by said.event_id order by said.received_at, said.kafka_partition, said.kafka_offset
    ) = 1
)

select
    once.* replace (
        coalesce(surviving.surviving_key, once.patient_key) as patient_key,
        corrections.changes as changes
    )
from once
left join corrections on once.event_id = corrections.event_id
left join {{ ref("stg_patients__surviving") }} as surviving on once.patient_key = surviving.patient_key
