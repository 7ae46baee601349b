/*
category: completeness
severity: warn
mart: lake.events
says: Of what a source told in four weeks, no more came days late than before.
allowed: 1
limits:
  hours: [36, "Whoever sends every day is never later."]
  rise: [0.08, "One in twelve more that is not there in time changes this week's figures afterwards."]
  least: [60, "A share of fewer events says little."]
*/
with told as (
    select source, at_clinic as clinic, timezone('UTC', received_at)::date > (select today - 28 from profile.clock) as recent,
        date_diff('hour', occurred_at, received_at) > $hours as is_late, timezone('UTC', received_at)::date as arrived
    from profile.said
),

shares as (
    select source, clinic,
        count(*) filter (recent) as n,
        avg(is_late::integer) filter (recent) as share,
        avg(is_late::integer) filter (not recent) as share_before,
        count(distinct arrived) filter (not recent) as days_before
    from told
    group by all
)

select concat_ws(' ', source, clinic) as place, n, (share - share_before) / $rise as metric
from shares
where n >= $least and days_before >= 10
