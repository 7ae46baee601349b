-- What stands of the stream's decisions: the last one of each track, and each standing step of a rule, with
-- the session that it judged. That is the session of its evidence from which on such a decision stands: stop
-- and a step back with the last report about it, hold and advance with its next morning or the next session.
with tracks as (
    select patient_key, episode_id, unnest(view.tracks) as track
    from {{ ref("int_parity__state") }}
    where is_compared
),

last_ones as (
    select
        patient_key, episode_id, track.muscle_group, track.side,
        'last_decision' as place,
        track.last_decision.action as action,
        track.last_decision.decided_at as decided_at,
        track.last_decision.policy as policy,
        track.last_decision.policy_version as policy_version,
        track.last_decision.evidence as evidence,
        track.last_decision.inputs as inputs
    from tracks
    where track.last_decision.decided_at is not null
),

landed as (
    select fact_id, policy, policy_version, evidence, json_transform(inputs, '{{ inputs_shape() }}') as inputs
    from {{ source("lake", "transitions") }}
    where change = 'published' and inputs is not null and {{ touched_only() }}
        and kind in ('stage_entered', 'stop_raised')
    qualify row_number() over (partition by fact_id) = 1
),

steps as (
    select
        told.patient_key, told.episode_id, told.muscle_group, told.side,
        'fact ' || told.fact.fact_id as place,
        case
            when told.fact.kind = 'stop_raised' then 'stop'
            when told.fact.to_stage < told.fact.from_stage then 'regress'
            else 'advance'
        end as action,
        told.fact.occurred_at as decided_at,
        landed.policy,
        landed.policy_version,
        landed.evidence,
        landed.inputs
    from (
        select patient_key, episode_id, track.muscle_group, track.side, unnest(track.history) as fact
        from tracks
    ) as told
    inner join landed on told.fact.fact_id = landed.fact_id
),

decisions as (
    select * from last_ones
    union all
    select * from steps
)

select
    decisions.*,
    session.* exclude (patient_key, episode_id)
from decisions
left join {{ ref("int_parity__session") }} as session
    on decisions.patient_key = session.patient_key
    and decisions.episode_id = session.episode_id
    and list_has_any(decisions.evidence, session.reports)
    and case
        when decisions.action in ('stop', 'regress') then decisions.decided_at in (
            greatest(session.started_at, coalesce(session.told_at, session.started_at)),
            greatest(
                session.started_at,
                coalesce(session.told_at, session.started_at),
                coalesce(session.morning_at, session.started_at)
            )
        )
        when session.morning_at is not null
            then decisions.decided_at = greatest(session.started_at, session.morning_at)
        else decisions.decided_at = session.next_at
    end
qualify row_number() over (
    partition by
        decisions.patient_key, decisions.episode_id, decisions.muscle_group, decisions.side, decisions.place
    -- Of several that fit it is the one of which the evidence names all, not only that it began.
    order by
        list_has_all(decisions.evidence, coalesce(session.told, [])) desc nulls last,
        len(session.told) desc nulls last,
        session.position desc nulls last
) = 1
