{#-
Denominators: one row per episode with a program, muscle group of the program, and horizon that is due.
``episodes`` is the relation to take them from: int_episode of those whom the build concerns, or fct_episode
of everybody.
-#}
{% macro started_episodes(episodes) -%}
select
    patient_key,
    episode_id,
    clinic,
    condition,
    program,
    goals,
    strftime(timezone(zone, time_zero), '%Y-%m') as month,
    unnest(case
        when len(muscle_groups) > 0 then list_distinct(muscle_groups) else ['unspecified']
    end) as muscle_group,
    horizon
from {{ episodes }}
cross join (select unnest({{ horizons() | list }}) as horizon)
where time_zero is not null
    and {{ is_due("horizon", "time_zero", "closed_at") }}
{%- endmacro %}
