-- The episode that each event belongs to: the one that it names; else the patient's episode that was open
-- and whose programs cover its muscle group and side (an event without a muscle group is covered), of
-- several the one opened last; else none, and the event stays. An episode exists from its opening event.
with happened as (
    {%- for model in ["session_recorded", "symptom_reported", "exercise_set_recorded", "outcome_measured"] %}
    {%- set placed = model in ["exercise_set_recorded", "outcome_measured"] %}
    select
        event_id, patient_key, occurred_at, episode_id,
        {{ "muscle_group, side" if placed else "null::varchar as muscle_group, null::varchar as side" }}
    from {{ ref("stg_events__" ~ model) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

covered as (
    select patient_key, episode_id, unnest(tracks).muscle_group as muscle_group, unnest(tracks).side as side
    from {{ ref("int_program__assigned") }}
    union
    select
        patient_key,
        episode_id,
        unnest(list_filter(
            muscle_groups,
            lambda one: not list_contains(
                list_transform(coalesce(tracks, []), lambda each: each.muscle_group), one
            )
        )) as muscle_group,
        null as side
    from {{ ref("int_program__assigned") }}
),

found as (
    select
        happened.event_id,
        arg_max(episode.episode_id, (episode.opened_at, episode.opening_event_id)) as episode_id
    from happened
    inner join {{ ref("int_episode") }} as episode
        on happened.patient_key = episode.patient_key
        and happened.occurred_at >= episode.opened_at
        and happened.occurred_at <= coalesce(episode.closed_at, 'infinity'::timestamptz)
    left join covered
        on covered.patient_key = episode.patient_key
        and covered.episode_id = episode.episode_id
        and covered.muscle_group = happened.muscle_group
        and (
            covered.side = happened.side
            or covered.side is null or happened.side is null
            or 'bilateral' in (covered.side, happened.side)
        )
    where happened.episode_id is null
        and (happened.muscle_group is null or covered.muscle_group is not null)
    group by happened.event_id
)

select
    happened.event_id,
    coalesce(episode.episode_id, found.episode_id) as episode_id
from happened
left join {{ ref("int_episode") }} as episode using (patient_key, episode_id)
left join found using (event_id)
