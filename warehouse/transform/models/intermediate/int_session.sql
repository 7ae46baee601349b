-- One row per session: its reports joined, each field from the first source that has it.
{% set first_said = ["session_id", "attended", "missed_reason", "duration_min", "quality", "therapist"] %}
select
    session_key, patient_key, episode_id, place, started_at, {{ first_said | join(", ") }},
    coalesce(red_flag, false) as red_flag,
    [source] as sources,
    case when session_id is not null then [session_id] end as session_ids,
    event_id as first_report
from {{ ref("int_session__report") }}
where has_company is false
union all
select
    session_key,
    patient_key,
    episode_id,
    place,
    started_at,
    {%- for field in first_said %}
    arg_min({{ field }}, (source_rank, occurred_at, event_id)) filter ({{ field }} is not null) as {{ field }},
    {%- endfor %}
    bool_or(coalesce(red_flag, false)) as red_flag,
    list(distinct source order by source) as sources,
    list(distinct session_id order by session_id) filter (session_id is not null) as session_ids,
    arg_min(event_id, (occurred_at, event_id)) as first_report
from {{ ref("int_session__report") }}
where has_company is not false
group by session_key, patient_key, episode_id, place, started_at
