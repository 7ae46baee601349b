-- The session that each set and each report of symptoms belongs to: the one that bears its session id;
-- else, by time, an attended one: for a set the nearest at its place (from 90 minutes before to 4 hours
-- after the start), for symptoms before a session the next within 3 hours, for others the last begun
-- within 12 hours, for those of the next morning within 36.
with parts as (
    select event_id, patient_key, session_id, occurred_at, place, 'set' as phase
    from {{ ref("stg_events__exercise_set_recorded") }}
    union all
    select event_id, patient_key, session_id, occurred_at, null as place, phase
    from {{ ref("stg_events__symptom_reported") }}
),

placed as (
    select parts.*, attribution.episode_id
    from parts
    inner join {{ ref("int_attribution") }} as attribution using (event_id)
),

named as (
    select
        placed.event_id,
        arg_max(report.session_key, (report.started_at, report.occurred_at, report.event_id)) as session_key
    from placed
    inner join {{ ref("int_session__report") }} as report
        on placed.patient_key = report.patient_key
        and placed.session_id = report.session_id
        and placed.episode_id is not distinct from report.episode_id
    group by placed.event_id
),

near as (
    select
        placed.event_id,
        session.session_key,
        case
            when placed.phase = 'set' and placed.place = session.place
                and placed.occurred_at >= session.started_at - interval 90 minute
                and placed.occurred_at <= session.started_at + interval 4 hour
                then abs(epoch(placed.occurred_at - session.started_at))
            when placed.phase = 'before' and placed.occurred_at <= session.started_at
                and placed.occurred_at >= session.started_at - interval 3 hour
                then epoch(session.started_at - placed.occurred_at)
            when placed.phase <> 'set' and placed.occurred_at >= session.started_at
                and placed.occurred_at <= session.started_at
                    + case placed.phase when 'next_morning' then interval 36 hour else interval 12 hour end
                -- A coming session is preferred where the report says "before".
                then epoch(placed.occurred_at - session.started_at)
                    + case placed.phase when 'before' then 1e6 else 0 end
        end as distance,
        session.started_at
    from placed
    anti join named on placed.event_id = named.event_id
    inner join {{ ref("int_session") }} as session
        on placed.patient_key = session.patient_key
        and placed.episode_id is not distinct from session.episode_id
        and session.attended
        and session.started_at between placed.occurred_at - interval 36 hour
            and placed.occurred_at + interval 3 hour
)

select event_id, session_key from named
union all
select event_id, arg_min(session_key, (distance, started_at, session_key)) as session_key
from near
where distance is not null
group by event_id
