-- Repetitions of the sets of each judged session that trained the track: a set of its muscle group and side;
-- and where the episode has no track of that very side, one of another side that counts for it.
with tracks as (
    select patient_key, episode_id, unnest(view.tracks).muscle_group as muscle_group, unnest(view.tracks).side as side
    from {{ ref("int_parity__state") }}
    where is_compared
),

judged as (
    select distinct patient_key, episode_id, session_key, muscle_group, side
    from {{ ref("int_parity__decision") }}
    where session_key is not null
),

trained as (
    select judged.*, sets.prescribed_reps, sets.completed_reps, sets.correct_reps
    from judged
    inner join {{ ref("int_exercise_set") }} as sets
        on judged.session_key = sets.session_key
        and judged.muscle_group = sets.muscle_group
    left join tracks as exact
        on judged.patient_key = exact.patient_key
        and judged.episode_id = exact.episode_id
        and sets.muscle_group = exact.muscle_group
        and sets.side = exact.side
    where judged.side = sets.side
        or (exact.side is null and 'bilateral' in (judged.side, sets.side))
)

select
    patient_key, episode_id, session_key, muscle_group, side,
    sum(completed_reps) filter (prescribed_reps > 0 and completed_reps is not null)
        / sum(prescribed_reps) filter (prescribed_reps > 0 and completed_reps is not null) as reps_share,
    sum(correct_reps) filter (completed_reps > 0 and correct_reps is not null)
        / sum(completed_reps) filter (completed_reps > 0 and correct_reps is not null) as correct_share
from trained
group by all
