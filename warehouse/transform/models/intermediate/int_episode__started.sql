-- Denominators: one row per episode with a program, muscle group of the program, and horizon that is due.
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
from {{ ref("int_episode") }}
cross join (select unnest({{ horizons() | list }}) as horizon)
where time_zero is not null
    and {{ is_due("horizon", "time_zero", "closed_at") }}
