-- One row per program and tailoring that it had: what changed in a program, and from when to when it was so.
{% set tailoring = ["techniques", "muscle_groups", "goals", "sessions_per_week", "minutes_per_session", "policy",
    "policy_version"] %}
select
    program,
    row_number() over (partition by program order by min(occurred_at), min(event_id)) as version,
    {{ tailoring | join(", ") }},
    min(occurred_at) as first_assigned_at,
    max(occurred_at) as last_assigned_at,
    count(*) as n_assigned,
    count(*) filter (position = 1) as n_episodes,
    row_number() over (partition by program order by max(occurred_at) desc, max(event_id) desc) = 1 as is_latest
from {{ ref("int_program__assigned") }}
group by program, {{ tailoring | join(", ") }}
order by program, version
