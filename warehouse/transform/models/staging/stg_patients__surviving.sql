{{ config(materialized="table") }}
-- One row per patient key that was merged: the smallest key among all that are one person.
with recursive merged as (
    select patient_key as one, other_key as other
    from {{ source("lake", "events") }}
    where event_type = 'PatientsMerged'
        and event_id not in (
            select retracts from {{ source("lake", "events") }} where event_type = 'EventRetracted' and retracts is not null
        )
),

pairs as (
    select one, other from merged
    union
    select other, one from merged
),

reached as (
    select one, other from pairs
    union
    select reached.one, pairs.other
    from reached
    inner join pairs on reached.other = pairs.one
)

select one as patient_key, least(one, min(other)) as surviving_key
from reached
group by one
