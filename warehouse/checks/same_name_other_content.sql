/*
category: conformance
severity: refuse
mart: lake.events
says: The name of an event that arrived this week stands for one content.
allowed: 0
limits:
  days: [7, "Each event is looked at in the week in which it arrives; a gate runs at least daily."]
*/
with fresh as (
    select distinct event_id
    from lake.events
    where received_at > (select max(received_at) from lake.events) - to_days($days)
),

said as (
    select e.event_id, e.source,
        hash(e.patient_key, e.event_type, e.occurred_at, e.value, e.pain, e.measure, e.session_id, e.completed_reps) as content
    from lake.events as e
    semi join fresh on e.event_id = fresh.event_id
)

select source as place, count(*) as n, count(*) as metric
from (
    select event_id, any_value(source) as source
    from said
    group by event_id
    having min(content) <> max(content)
)
group by source
