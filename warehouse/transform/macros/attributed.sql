{#-
Events of one type with the episode that each belongs to: the one that it names; else the patient's episode
that was open and whose programs cover its muscle group and side (an event without a muscle group is
covered), of several the one opened last; else none, and the event stays. An episode exists from its opening
event. The spans are one list per person, so that the events are walked once and joined back to nothing.
-#}
{% macro attributed_events(model, placed=false) -%}
with covered as (
    select patient_key, episode_id, unnest(tracks).muscle_group as muscle_group, unnest(tracks).side as side
    from {{ ref("int_program__assigned") }}
    where {{ touched_only() }}
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
    where {{ touched_only() }}
),

spans as (
    select
        episode.patient_key,
        list(distinct episode.episode_id) as episodes,
        list(
            {
                'episode_id': episode.episode_id, 'since': episode.opened_at,
                'until': coalesce(episode.closed_at, 'infinity'::timestamptz),
                'muscle_group': covered.muscle_group, 'side': covered.side
            }
            order by episode.opened_at desc, episode.opening_event_id desc
        ) as spans
    from {{ ref("int_episode") }} as episode
    left join covered using (patient_key, episode_id)
    group by episode.patient_key
)

select
    happened.* exclude (episode_id),
    case
        when happened.episode_id is not null
            then case when list_contains(spans.episodes, happened.episode_id) then happened.episode_id end
        else list_filter(
            spans.spans,
            lambda span: happened.occurred_at >= span.since and happened.occurred_at <= span.until
            {%- if placed %}
                and (
                    happened.muscle_group is null
                    or (
                        span.muscle_group = happened.muscle_group
                        and (
                            span.side = happened.side or span.side is null or happened.side is null
                            or 'bilateral' in (span.side, happened.side)
                        )
                    )
                )
            {%- endif %}
        )[1].episode_id
    end as episode_id
from {{ ref(model) }} as happened
left join spans using (patient_key)
{%- endmacro %}
