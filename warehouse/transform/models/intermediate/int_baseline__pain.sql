{{ incremental_by_patient() }}
-- Pain (0-10) of each episode at its start: the baseline of a pain measure, else the last report of
-- pain from 30 days before time zero to the end of the baseline window, before or during a session.
with measured as (
    select patient_key, episode_id, arg_min(first.value, measure) filter (first is not null) as pain
    from {{ ref("int_change__measured") }}
    where domain = 'pain'
    group by all
),

reported as (
    select
        symptom.patient_key,
        symptom.episode_id,
        arg_max(symptom.pain, (symptom.occurred_at, symptom.event_id)) as pain
    from {{ ref("int_symptom") }} as symptom
    inner join {{ ref("int_episode__window") }} as episode_window
        on symptom.patient_key = episode_window.patient_key
        and symptom.episode_id = episode_window.episode_id
        and symptom.occurred_at >= episode_window.baseline_from
        and symptom.occurred_at < episode_window.baseline_until
    where symptom.pain is not null and symptom.phase in ('before', 'during')
    group by all
)

select patient_key, episode_id, coalesce(measured.pain, reported.pain) as pain
from measured
full join reported using (patient_key, episode_id)
