{{ incremental_by_patient() }}
-- Programs of each episode in the order of their assignment; the first one begins at time zero.
select
    *,
    row_number() over in_order as position,
    lead(occurred_at) over in_order as replaced_at
from {{ ref("stg_events__program_assigned") }}
window in_order as (partition by patient_key, episode_id order by occurred_at, event_id)
