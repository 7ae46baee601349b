-- Reports of sessions with the session that each belongs to: same patient, episode and place, starts
-- within 90 minutes of the first of them. The session bears the smallest event id of its reports.
with reports as (
    select *, {{ source_rank("source") }} as source_rank
    from ({{ attributed_events("stg_events__session_recorded") }})
),

-- Most sessions have one report, and nothing else within 90 minutes: nothing more is asked about these.
neighbours as (
    select
        *,
        coalesce(occurred_at <= lag(occurred_at) over in_order + interval 90 minute, false)
        or coalesce(lead(occurred_at) over in_order <= occurred_at + interval 90 minute, false) as has_company
    from reports
    window in_order as (partition by patient_key, episode_id, place order by occurred_at)
),

starts as (
    select
        patient_key, episode_id, place,
        list(distinct occurred_at order by occurred_at) as starts
    from neighbours
    where has_company
    group by all
),

anchors as (
    select
        patient_key, episode_id, place,
        unnest(list_reduce(
            starts,
            lambda kept, start: case
                when start <= kept[-1] + interval 90 minute then kept else list_append(kept, start)
            end,
            [starts[1]]
        )) as started_at
    from starts
),

grouped as (
    select reports.*, anchors.started_at
    from neighbours as reports
    asof join anchors
        on reports.patient_key = anchors.patient_key
        and coalesce(reports.episode_id, '') = coalesce(anchors.episode_id, '')
        and reports.place = anchors.place
        and reports.occurred_at >= anchors.started_at
    where reports.has_company
)

select *, occurred_at as started_at, event_id as session_key
from neighbours
where not has_company
union all by name
select
    *,
    min(event_id) over (partition by patient_key, episode_id, place, started_at) as session_key
from grouped
