-- Reports of sessions with the session that each belongs to: same patient, episode and place, starts
-- within 90 minutes of the first of them. The session bears the smallest event id of its reports.
with reports as (
    select
        session.* exclude (episode_id),
        attribution.episode_id,
        {{ source_rank("session.source") }} as source_rank
    from {{ ref("stg_events__session_recorded") }} as session
    inner join {{ ref("int_attribution") }} as attribution using (event_id)
),

starts as (
    select
        patient_key, episode_id, place,
        list(distinct occurred_at order by occurred_at) as starts
    from reports
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
    from reports
    asof join anchors
        on reports.patient_key = anchors.patient_key
        and coalesce(reports.episode_id, '') = coalesce(anchors.episode_id, '')
        and reports.place = anchors.place
        and reports.occurred_at >= anchors.started_at
)

select
    *,
    min(event_id) over (partition by patient_key, episode_id, place, started_at) as session_key
from grouped
