{{ incremental_by_patient() }}
-- One row per course of care, analysed by its first program.
with sessions as (
    select
        patient_key,
        episode_id,
        count(*) filter (attended) as attended,
        count(*) filter (not attended) as missed
    from {{ ref("int_session") }}
    group by all
),

measured as (
    select
        patient_key,
        episode_id,
        bool_or(first is not null) as has_baseline,
        min(first.at) as baseline_at,
        bool_or(latest is not null) as has_follow_up
    from {{ ref("int_change__measured") }}
    group by all
),

remeasured as (
    select outcome.patient_key, outcome.episode_id, min(outcome.occurred_at) as remeasured_at
    from {{ ref("int_outcome") }} as outcome
    inner join {{ ref("int_episode__window") }} as episode_window using (patient_key, episode_id)
    where outcome.occurred_at >= episode_window.baseline_until
    group by all
)

select
    episode.patient_key,
    episode.episode_id,
    episode.clinic,
    episode.zone,
    episode.condition,
    episode.body_region,
    episode.side,
    episode.onset_on,
    episode.origin,
    episode.chronicity,
    episode.severity,
    episode.age_band,
    episode.sex,
    episode.comorbidity_count,
    episode.prior_surgery,
    episode.payer_class,
    episode.therapist,
    episode.opened_at,
    episode.time_zero,
    episode.program,
    episode.goals,
    episode.techniques,
    episode.muscle_groups,
    episode.muscle_groups[1] as muscle_group,
    episode.sessions_per_week,
    episode.closed_at,
    episode.close_reason,
    coalesce(sessions.attended, 0) as sessions_attended,
    coalesce(sessions.missed, 0) as sessions_missed,
    coalesce(measured.has_baseline, false) as has_baseline,
    coalesce(measured.has_follow_up, false) as has_follow_up,
    measured.baseline_at,
    remeasured.remeasured_at,
    -- How far the episode came without leaving one out: who was never measured again may be closed all the same.
    case
        when episode.time_zero is null then 'opened'
        when measured.baseline_at is null then 'program'
        when remeasured.remeasured_at is null then 'baseline'
        when episode.closed_at is null then 'remeasured'
        else 'closed'
    end as funnel_stage,
    coalesce(episode.condition <> 'none', true) as is_clinical
from {{ ref("int_episode") }} as episode
left join sessions using (patient_key, episode_id)
left join measured using (patient_key, episode_id)
left join remeasured using (patient_key, episode_id)
order by episode.clinic, episode.therapist, episode.condition, episode.patient_key, episode.episode_id
