/*
category: plausibility
severity: warn
mart: lake.events
says: Things happen in a possible order, in which care begins, is given, and ends.
allowed: 1
limits:
  share: [0.01, "One in a hundred may be a slip of a date, which is put right by a correction."]
  least: [3, "Fewer are slips."]
*/
with first_attended as (
    select patient_key, min(occurred_at) filter (occasion = 'baseline') as baseline_at
    from profile.said
    where event_type = 'OutcomeMeasured'
    group by patient_key
),

judged as (
    select e.source, e.event_type, e.back, unnest([
        {'what': 'care after the episode closed', 'applies': p.closed_at is not null and p.episodes = 1
            and e.event_type in ('SessionRecorded', 'ExerciseSetRecorded'),
            'wrong': e.occurred_at > p.closed_at + interval 1 day},
        {'what': 'care before the episode opened', 'applies': p.opened_at is not null and p.episodes = 1
            and e.event_type in ('SessionRecorded', 'ExerciseSetRecorded', 'ProgramAssigned', 'EpisodeClosed'),
            'wrong': e.occurred_at < p.opened_at - interval 1 day},
        {'what': 'follow-up before baseline', 'applies': e.occasion not in ('baseline') and b.baseline_at is not null,
            'wrong': e.occurred_at < b.baseline_at},
        {'what': 'more correct than completed repetitions', 'applies': e.correct_reps is not null,
            'wrong': e.correct_reps > e.completed_reps},
        {'what': 'far more repetitions than prescribed', 'applies': e.completed_reps is not null and e.prescribed_reps > 0,
            'wrong': e.completed_reps > 3 * e.prescribed_reps},
        {'what': 'a missed session that lasted', 'applies': e.attended = false, 'wrong': coalesce(e.duration_min, 0) > 0}
    ]) as asked
    from profile.said as e
    left join profile.person as p using (patient_key)
    left join first_attended as b using (patient_key)
)

select
    concat_ws(' ', source, asked.what) as place,
    count(*) as n,
    case
        when count(*) filter (asked.wrong) >= $least then count(*) filter (asked.wrong) / count(*) / $share
        else 0
    end as metric
from judged
where asked.applies and back <= 56
group by source, asked.what
