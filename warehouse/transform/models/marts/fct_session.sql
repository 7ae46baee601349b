{{ incremental_by_patient() }}
-- One row per session, at the clinic or at home: its joined reports, with symptoms and repetitions.
{% set phases = ["before", "during", "after", "next_morning"] %}
with told as (
    select *, {{ source_rank("source") }} as source_rank
    from {{ ref("int_symptom") }}
    where session_key is not null
),

-- Of the most trusted source that says something, the worst that it says.
symptoms as (
    select
        session_key,
        {%- for phase in phases %}
        arg_min(pain, (source_rank, -pain)) filter (phase = '{{ phase }}' and pain is not null) as pain_{{ phase }},
        {%- endfor %}
        arg_min(soreness, (
            source_rank, list_position(['warmup_persists', 'next_day', 'warmup_resolves', 'none'], soreness)
        )) filter (soreness is not null) as soreness,
        arg_min(effusion_grade, (source_rank, -effusion_grade))
            filter (effusion_grade is not null) as effusion_grade
    from told
    group by session_key
),

sets as (
    select
        session_key,
        sum(prescribed_reps)::bigint as prescribed_reps,
        sum(completed_reps)::bigint as completed_reps,
        sum(correct_reps)::bigint as correct_reps
    from {{ ref("int_exercise_set") }}
    where session_key is not null
    group by session_key
)

select
    session.patient_key,
    session.session_key,
    session.episode_id,
    session.session_id,
    episode.clinic,
    coalesce(session.therapist, episode.therapist) as therapist,
    session.place,
    session.attended,
    case when not session.attended then session.missed_reason end as missed_reason,
    session.started_at,
    timezone(coalesce(episode.zone, 'UTC'), session.started_at)::date as local_on,
    session.duration_min,
    session.quality,
    session.red_flag,
    {%- for phase in phases %}
    symptoms.pain_{{ phase }},
    {%- endfor %}
    symptoms.soreness,
    symptoms.effusion_grade,
    sets.prescribed_reps,
    sets.completed_reps,
    sets.correct_reps,
    session.sources
from {{ ref("int_session") }} as session
left join {{ ref("int_episode") }} as episode using (patient_key, episode_id)
left join symptoms using (session_key)
left join sets using (session_key)
