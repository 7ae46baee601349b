-- The share of the prescribed sessions of the 14 days up to each attended session that were attended, by the
-- dose of the program in force; without a dose the share of the recorded ones.
with fortnight as (
    select
        here.patient_key, here.episode_id, here.session_key,
        any_value(here.started_at) as began_at,
        count(*) filter (other.attended) as attended,
        count(*) as recorded
    from {{ ref("int_parity__session") }} as here
    inner join {{ ref("int_session") }} as other
        on here.patient_key = other.patient_key
        and here.episode_id = other.episode_id
        and other.started_at <= here.started_at
        and other.started_at > here.started_at - interval 14 day
    group by all
)

select
    fortnight.patient_key,
    fortnight.episode_id,
    fortnight.session_key,
    case
        when program.sessions_per_week > 0 then least(1.0, attended / greatest(
            1.0,
            program.sessions_per_week * greatest(0.0, epoch(
                began_at - greatest(began_at - interval 14 day, coalesce(episode.time_zero, episode.opened_at))
            ) / 604800)
        ))
        else attended / recorded
    end as adherence_14d
from fortnight
inner join {{ ref("int_episode") }} as episode using (patient_key, episode_id)
left join {{ ref("int_program__assigned") }} as program
    on fortnight.patient_key = program.patient_key
    and fortnight.episode_id = program.episode_id
    and program.occurred_at <= fortnight.began_at
    and (program.replaced_at is null or program.replaced_at > fortnight.began_at)
