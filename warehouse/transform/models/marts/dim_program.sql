-- One row per condition, muscle group and program; what it consists of is taken from its latest assignment.
with prescribed as (
    select
        episode.condition,
        program.*,
        unnest(case
            when len(coalesce(program.muscle_groups, [])) > 0 then list_distinct(program.muscle_groups)
            else ['unspecified']
        end) as group_treated
    from {{ ref("int_program__assigned") }} as program
    inner join {{ ref("int_episode") }} as episode using (patient_key, episode_id)
)

select
    condition,
    group_treated as muscle_group,
    program,
    {%- for field in ["techniques", "goals", "sessions_per_week", "minutes_per_session", "policy", "policy_version"] %}
    arg_max({{ field }}, (occurred_at, event_id)) as {{ field }},
    {%- endfor %}
    count(distinct (patient_key, episode_id)) filter (position = 1) as n_episodes,
    {{ release_columns() }}
from prescribed
group by condition, group_treated, program
order by condition, muscle_group, program
