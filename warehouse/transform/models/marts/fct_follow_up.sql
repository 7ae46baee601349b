-- Whom the figures are about: every episode whose follow-up is due, per measure of its cell, also
-- where it was never measured.
select
    population.patient_key,
    population.episode_id,
    population.measure,
    population.method,
    population.device_class,
    population.muscle_group,
    population.horizon,
    episode.clinic,
    episode.therapist,
    population.condition,
    population.program,
    population.label,
    population.domain,
    population.unit,
    population.direction,
    episode.time_zero,
    population.baseline,
    population.follow_up,
    population.improvement,
    population.sd_baseline,
    population.class,
    population.mdc,
    population.mcid,
    {{ could_improve() }} as could_improve,
    pain.pain as baseline_pain,
    {%- for field in ["severity", "chronicity", "age_band", "sex", "comorbidity_count", "prior_surgery",
        "payer_class", "body_region", "origin", "side"] %}
    episode.{{ field }},
    {%- endfor %}
    coalesce(population.condition <> 'none', true) as is_clinical,
    {{ release_columns() }}
from {{ ref("int_population") }} as population
inner join {{ ref("int_episode") }} as episode using (patient_key, episode_id)
left join {{ ref("int_baseline__pain") }} as pain using (patient_key, episode_id)
order by
    population.condition, population.muscle_group, population.measure, population.horizon,
    population.program, population.patient_key, population.episode_id, population.method,
    population.device_class
