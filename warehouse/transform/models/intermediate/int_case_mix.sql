-- Whom clinics are compared by: one row per episode, measure identity and horizon that came due within the
-- twelve months before as_of, with what was known of it at time zero. Healthy people in training are left
-- out. A measure that counts under several muscle groups of a program counts once here: where it has a
-- baseline, else in the group that the program names first.
with due as (
    select
        follow_up.*,
        case
            when follow_up.horizon = 'discharge' then episode.closed_at
            else episode.time_zero + to_days(case follow_up.horizon
                {%- for name, one in horizons().items() %}
                when '{{ name }}' then {{ one.until_due }}
                {%- endfor %}
            end)
        end as due_at,
        row_number() over (
            partition by
                follow_up.patient_key, follow_up.episode_id, follow_up.measure, follow_up.method,
                follow_up.device_class, follow_up.horizon
            order by
                follow_up.baseline is null,
                list_position(episode.muscle_groups, follow_up.muscle_group) nulls last,
                follow_up.muscle_group
        ) as place
    from {{ ref("fct_follow_up") }} as follow_up
    inner join {{ ref("fct_episode") }} as episode using (patient_key, episode_id)
    where follow_up.is_clinical
)

select
    patient_key, episode_id, measure, method, device_class, horizon, clinic, due_at, improvement,
    {%- for name in ["condition", "age_band", "sex", "chronicity", "severity", "payer_class", "body_region",
        "side", "origin", "muscle_group"] %}
    {{ name }},
    {%- endfor %}
    prior_surgery::varchar as prior_surgery,
    comorbidity_count::double as comorbidity_count,
    baseline,
    baseline_pain
from due
where place = 1
    and due_at <= {{ as_of() }}
    and due_at > {{ as_of() }} - interval 12 month
