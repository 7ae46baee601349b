-- One row per condition, muscle group and program; what it consists of is taken from its latest assignment.
{% set tailoring = ["techniques", "muscle_groups", "goals", "sessions_per_week", "minutes_per_session", "policy",
    "policy_version"] %}
with prescribed as (
    select
        episode.condition,
        program.*,
        unnest(case
            when len(coalesce(program.muscle_groups, [])) > 0 then list_distinct(program.muscle_groups)
            else ['unspecified']
        end) as group_treated
    from {{ ref("int_program__assigned") }} as program
    inner join {{ ref("fct_episode") }} as episode using (patient_key, episode_id)
),

latest as (
    select condition, group_treated, program, {{ tailoring | join(", ") }}
    from prescribed
    qualify row_number() over (
        partition by condition, group_treated, program order by occurred_at desc, event_id desc
    ) = 1
),

counted as (
    select
        condition,
        group_treated,
        program,
        count(distinct ({{ tailoring | join(", ") }})) as n_versions,
        min(occurred_at) as first_assigned_at,
        max(occurred_at) as last_assigned_at,
        count(distinct (patient_key, episode_id)) filter (position = 1) as n_episodes
    from prescribed
    group by condition, group_treated, program
)

select
    condition,
    group_treated as muscle_group,
    program,
    latest.techniques,
    latest.goals,
    latest.sessions_per_week,
    latest.minutes_per_session,
    latest.policy,
    latest.policy_version,
    latest.muscle_groups,
    counted.n_versions,
    counted.first_assigned_at,
    counted.last_assigned_at,
    counted.n_episodes
from latest
inner join counted using (condition, group_treated, program)
order by condition, muscle_group, program
