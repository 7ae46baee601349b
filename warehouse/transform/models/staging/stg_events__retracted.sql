{{ config(materialized="table") }}
-- Events that were taken back, under the surviving key of who took them back.
select distinct
    said.retracts as event_id,
    coalesce(surviving.surviving_key, said.patient_key) as patient_key
from {{ source("lake", "event_retracted") }} as said
left join {{ ref("stg_patients__surviving") }} as surviving on said.patient_key = surviving.patient_key
where said.retracts is not null and {{ touched_only("said.patient_key") }}
