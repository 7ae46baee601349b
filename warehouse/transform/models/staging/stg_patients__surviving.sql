{{ config(materialized="table") }}
-- One row per patient key that was merged: the smallest key among all that are one person. Everybody's in
-- every build: these are few. A merge is taken back in the name of one of the two.
with recursive merged as (
    select said.patient_key as one, said.other_key as other
    from {{ source("lake", "patients_merged") }} as said
    anti join {{ source("lake", "event_retracted") }} as retracted
        on said.event_id = retracted.retracts
        and retracted.patient_key in (said.patient_key, said.other_key)
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
