-- Attended sessions of the people who are compared, in their order, with what symptoms say of each: of the
-- most trusted source that says something, the worst that it says.
{% set phases = ["before", "during", "after", "next_morning"] %}
with compared as (
    select distinct patient_key from {{ ref("int_parity__state") }} where is_compared
),

reports as (
    select
        report.session_key,
        arg_min(report.event_id, (report.occurred_at, report.event_id)) as first_report,
        list(report.event_id) as reports
    from {{ ref("int_session__report") }} as report
    semi join compared on report.patient_key = compared.patient_key
    group by report.session_key
),

symptoms as (
    select
        symptom.session_key,
        {%- for phase in phases %}
        arg_min(symptom.pain, ({{ source_rank("symptom.source") }}, -symptom.pain))
            filter (symptom.phase = '{{ phase }}' and symptom.pain is not null) as pain_{{ phase }},
        {%- endfor %}
        arg_min(symptom.soreness, (
            {{ source_rank("symptom.source") }},
            list_position(['warmup_persists', 'next_day', 'warmup_resolves', 'none'], symptom.soreness)
        )) filter (symptom.soreness is not null) as soreness,
        arg_min(symptom.effusion_grade, ({{ source_rank("symptom.source") }}, -symptom.effusion_grade))
            filter (symptom.effusion_grade is not null) as effusion_grade,
        list(symptom.event_id) as told,
        max(symptom.occurred_at) filter (symptom.phase <> 'next_morning') as told_at,
        max(symptom.occurred_at) filter (symptom.phase = 'next_morning') as morning_at
    from {{ ref("int_symptom") }} as symptom
    semi join compared on symptom.patient_key = compared.patient_key
    where symptom.session_key is not null
    group by symptom.session_key
)

select
    session.patient_key,
    session.episode_id,
    session.session_key,
    session.started_at,
    session.quality,
    session.red_flag,
    symptoms.* exclude (session_key),
    reports.reports,
    row_number() over in_order as position,
    lead(session.started_at) over in_order as next_at
from {{ ref("int_session") }} as session
inner join reports using (session_key)
left join symptoms using (session_key)
where session.attended and session.episode_id is not null
window in_order as (
    partition by session.patient_key, session.episode_id order by session.started_at, reports.first_report
)
