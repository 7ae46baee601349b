-- The inputs of each decision as SQL finds them, beside those that the stream says it knew.
{% set grade = "{'grade': null::double, 'phase': 0, 'word': null::varchar}" %}
select
    decision.patient_key,
    decision.episode_id,
    decision.muscle_group || ' ' || decision.side || ', ' || decision.place as place,
    decision.session_key is not null as is_found,
    decision.decided_at,
    decision.inputs,
    coalesce(policy.signals, []) as signals,
    coalesce(policy.has_sections, true) as has_sections,
    decision.red_flag,
    decision.effusion_grade,
    decision.pain_during,
    decision.soreness,
    decision.pain_after,
    decision.pain_next_morning,
    coalesce(decision.quality, if(sets.correct_share > 1, 1.0, sets.correct_share)) as quality,
    sets.reps_share,
    decision.pain_next_morning
        - coalesce(decision.pain_before, list_median(context.mornings)) as next_morning_rise,
    case
        when context.week_1 is null or context.week_2 is null then null
        when context.week_1 <= context.week_2 then 0
        when context.week_3 is null or context.week_2 <= context.week_3 then 1
        else 2
    end as pain_rises,
    context.week_1 - context.week_2 as weekly_pain_rise,
    context.sessions_7d,
    adherence.adherence_14d,
    list_reduce(
        list_prepend({{ grade }}, list_transform(
            context.grades[greatest(1, len(context.grades) - policy.within_sessions)::bigint:],
            lambda one: {'grade': one, 'phase': 0, 'word': null::varchar}
        )),
        lambda so_far, one: {
            'grade': one.grade,
            'phase': case
                when one.grade is null then so_far.phase
                when so_far.phase = 0 then (one.grade >= policy.treat_from)::integer
                when one.grade < policy.maintain_from then 0
                when so_far.phase = 1 then 2
                when one.grade < policy.treat_from then 0
                else 2
            end,
            'word': case
                when one.grade is null then if(so_far.phase > 0, 'unmeasured', null)
                when so_far.phase = 0 then if(one.grade >= policy.treat_from, 'treat', 'clear')
                when one.grade < policy.maintain_from then 'clear'
                when so_far.phase = 1 then if(one.grade < policy.treat_from, 'maintain', 'persists')
                when one.grade < policy.treat_from then 'clear'
                else 'notify'
            end
        }
    ).word as effusion_course
from {{ ref("int_parity__decision") }} as decision
left join {{ ref("int_parity__context") }} as context using (patient_key, episode_id, position)
left join {{ ref("int_parity__adherence") }} as adherence using (patient_key, episode_id, session_key)
left join {{ ref("int_parity__sets") }} as sets using (patient_key, episode_id, session_key, muscle_group, side)
left join {{ ref("int_parity__policy") }} as policy using (policy, policy_version)
