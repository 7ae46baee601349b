{{ incremental_by_patient() }}
-- One row per stay of a track on a stage: the story of which fct_track tells the end.
with steps as (
    select
        *,
        kind = 'track_opened' or to_stage is distinct from lag(to_stage) over in_order as enters
    from {{ ref("fct_transition") }}
    where kind <> 'stop_raised' and {{ touched_only() }}
    window in_order as (
        partition by patient_key, episode_id, muscle_group, side
        order by occurred_at, list_position(['track_opened', 'stage_entered', 'stage_overridden'], kind), fact_id
    )
),

spells as (
    select
        entry.fact_id,
        entry.patient_key,
        entry.episode_id,
        entry.muscle_group,
        entry.side,
        row_number() over in_order as position,
        entry.to_stage as stage,
        entry.from_stage,
        entry.kind as entered_by,
        entry.rule as entry_rule,
        entry.occurred_at as entered_at,
        lead(entry.occurred_at) over in_order as moved_at,
        lead(entry.rule) over in_order as next_rule,
        lead(entry.to_stage) over in_order as next_stage,
        entry.policy,
        entry.policy_version
    from steps as entry
    where entry.enters
    window in_order as (
        partition by entry.patient_key, entry.episode_id, entry.muscle_group, entry.side
        order by
            entry.occurred_at,
            list_position(['track_opened', 'stage_entered', 'stage_overridden'], entry.kind),
            entry.fact_id
    )
),

ended as (
    select
        spells.* exclude (moved_at, next_rule),
        episode.clinic,
        episode.therapist,
        episode.condition,
        episode.program,
        coalesce(spells.moved_at, episode.closed_at) as left_at,
        case
            when spells.moved_at is not null then spells.next_rule
            when episode.closed_at is not null then 'episode_closed'
        end as exit_rule
    from spells
    left join {{ ref("int_episode") }} as episode using (patient_key, episode_id)
),

-- As in the fold, a session counts for the stage that holds when it starts; the one that moves a track on
-- began before the move.
trained as (
    select ended.fact_id, count(*) as sessions
    from ended
    inner join {{ ref("int_session") }} as session using (patient_key, episode_id)
    where session.attended
        and session.started_at >= ended.entered_at
        and (ended.left_at is null or session.started_at < ended.left_at)
    group by ended.fact_id
)

select
    ended.patient_key,
    ended.episode_id,
    ended.muscle_group,
    ended.side,
    ended.position,
    ended.clinic,
    ended.therapist,
    ended.condition,
    ended.program,
    ended.stage,
    ended.from_stage,
    ended.entered_by,
    ended.entry_rule,
    ended.entered_at,
    ended.next_stage,
    ended.exit_rule,
    ended.left_at,
    epoch(ended.left_at - ended.entered_at) / 86400 as days,
    coalesce(trained.sessions, 0) as sessions,
    ended.policy,
    ended.policy_version
from ended
left join trained using (fact_id)
order by ended.patient_key, ended.episode_id, ended.muscle_group, ended.side, ended.position
