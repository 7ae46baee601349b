{{ incremental_by_patient() }}
-- One row per episode, measure identity and horizon that is due or measured: from baseline to follow-up.
select
    change.patient_key,
    change.episode_id,
    change.measure,
    change.method,
    change.device_class,
    change.muscle_group,
    change.side,
    episode.clinic,
    episode.therapist,
    episode.condition,
    episode.program,
    episode.goals,
    change.label,
    change.domain,
    change.unit,
    change.direction,
    change.horizon,
    change.time_zero,
    change.due,
    change.baseline,
    change.baseline_at,
    change.follow_up,
    change.follow_up_at,
    change.change,
    change.improvement,
    change.same_rater,
    classified.class,
    classified.threshold_row,
    classified.registry_version,
    classified.mdc,
    classified.mcid,
    classified.baseline_limit,
    classified.follow_up_limit,
    change.is_counted,
    pain.pain as baseline_pain,
    {%- for field in ["severity", "chronicity", "age_band", "sex", "comorbidity_count", "prior_surgery",
        "payer_class", "body_region", "origin"] %}
    episode.{{ field }},
    {%- endfor %}
    coalesce(episode.condition <> 'none', true) as is_clinical
from {{ ref("int_change") }} as change
inner join {{ ref("int_episode") }} as episode using (patient_key, episode_id)
inner join {{ ref("int_change__classified") }} as classified using (case_key)
left join {{ ref("int_baseline__pain") }} as pain using (patient_key, episode_id)
