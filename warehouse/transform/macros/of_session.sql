{#-
Sets or symptoms with their episode and the session that each belongs to: the one that bears its session id;
else, by time, an attended one: for a set the nearest at its place (from 90 minutes before to 4 hours after
the start), for symptoms before a session the next within 3 hours (a coming one is preferred), for others the
last begun within 12 hours, for those of the next morning within 36.
-#}
{% macro events_of_session(model, is_set) -%}
with placed as (
    {{ attributed_events(model, placed=is_set) }}
),

linked as (
    select placed.*, named.session_key
    from placed
    left join {{ ref("int_session__named") }} as named
        on placed.patient_key = named.patient_key
        and placed.session_id = named.session_id
        and placed.episode_id is not distinct from named.episode_id
),

near as (
    select
        patient_key, episode_id,
        list({'session_key': session_key, 'started_at': started_at, 'place': place, 'number': number}) as sessions
    from (
        -- Sessions that start together are in the order of their first reports.
        select *, row_number() over (partition by patient_key, episode_id order by started_at, first_report) as number
        from {{ ref("int_session") }}
        where attended and patient_key in (select patient_key from linked where session_key is null)
    )
    group by all
)

select * from linked where session_key is not null
union all
select
    placed.* replace (
        list_min(list_transform(
            list_filter(
                near.sessions,
                {%- if is_set %}
                lambda one: one.place = placed.place
                    and placed.occurred_at >= one.started_at - interval 90 minute
                    and placed.occurred_at <= one.started_at + interval 4 hour
                {%- else %}
                lambda one: (
                    placed.phase = 'before' and placed.occurred_at <= one.started_at
                    and placed.occurred_at >= one.started_at - interval 3 hour
                ) or (
                    placed.occurred_at >= one.started_at
                    and placed.occurred_at <= one.started_at
                        + case placed.phase when 'next_morning' then interval 36 hour else interval 12 hour end
                )
                {%- endif %}
            ),
            lambda one: {
                'distance': abs(epoch(placed.occurred_at - one.started_at))
                {%- if not is_set %}
                    + case when placed.phase = 'before' and placed.occurred_at > one.started_at then 1e6 else 0 end
                {%- endif %},
                'number': {% if is_set -%} one.number
                {%- else -%} one.number * if(placed.phase = 'before' and placed.occurred_at <= one.started_at, 1, -1)
                {%- endif %},
                'session_key': one.session_key
            }
        )).session_key as session_key
    )
from linked as placed
left join near
    on placed.patient_key = near.patient_key
    and placed.episode_id is not distinct from near.episode_id
where placed.session_key is null
{%- endmacro %}
