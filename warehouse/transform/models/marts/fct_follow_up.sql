{{ incremental_by_patient() }}
{{ config(pre_hook="{{ without_cells_that_went(this) }}") }}
-- Whom the figures are about: every episode whose follow-up is due, per measure of its cell, also
-- where it was never measured.
{% set cell = ["muscle_group", "horizon", "measure", "method", "device_class"] %}
{% set covariates = ["severity", "chronicity", "age_band", "sex", "comorbidity_count", "prior_surgery",
    "payer_class", "body_region", "origin", "side"] %}
with episodes as (
    select * from {{ ref("int_episode") }}
    {%- if not flags.FULL_REFRESH %}
    union all by name
    select * from {{ ref("fct_episode") }} where not {{ touched_only() }}
    {%- endif %}
),

expected as (
    select started.patient_key, started.episode_id, started.condition, cell.{{ cell | join(", cell.") }}
    from {{ ref("int_episode__started") }} as started
    inner join {{ ref("int_cell") }} as cell using (condition, muscle_group, horizon)
    {%- if not flags.FULL_REFRESH %}
    union all
    -- Somebody's first value opened a cell: everybody who is due in it counts there from now on.
    select started.patient_key, started.episode_id, started.condition, cell.{{ cell | join(", cell.") }}
    from ({{ started_episodes(ref("fct_episode")) }}) as started
    inner join {{ ref("int_cell") }} as cell using (condition, muscle_group, horizon)
    where cell.is_new and not {{ touched_only("started.patient_key") }}
    {%- endif %}
),

changes as (
    select change.*, classified.class, classified.mdc, classified.mcid
    from {{ ref("int_change") }} as change
    inner join {{ ref("int_change__classified") }} as classified using (case_key)
    where change.due and change.is_counted
),

population as (
    select
        expected.*,
        changes.baseline, changes.follow_up, changes.improvement, changes.class, changes.mdc, changes.mcid
    from expected
    left join changes using (patient_key, episode_id, {{ cell | join(", ") }})
    union all by name
    -- Measured, but by the calendar not due yet, or in a muscle group that the program does not name.
    select
        patient_key, episode_id, condition, {{ cell | join(", ") }},
        baseline, follow_up, improvement, class, mdc, mcid
    from changes
    anti join expected using (patient_key, episode_id, {{ cell | join(", ") }})
)

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
    episode.program,
    episode.goals,
    episode.time_zero,
    strftime(timezone(episode.zone, episode.time_zero), '%Y-%m') as month,
    population.baseline,
    population.follow_up,
    population.improvement,
    population.class,
    population.mdc,
    population.mcid,
    {{ could_improve() }} as could_improve,
    pain.pain as baseline_pain,
    {%- for field in covariates %}
    episode.{{ field }},
    {%- endfor %}
    coalesce(population.condition <> 'none', true) as is_clinical
from population
inner join episodes as episode using (patient_key, episode_id)
left join {{ ref("int_baseline__pain") }} as pain using (patient_key, episode_id)
