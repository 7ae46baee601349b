/*
category: plausibility
severity: warn
mart: lake.events
says: A source uses its words about as often as before, among people equally far in their program.
allowed: 1
limits:
  least: [30, "Shares of fewer words say little."]
  distance: [0.15, "Share of words that changed; less does not move a figure that counts them."]
  factor: [4, "Times the spread of a share at these numbers of people."]
*/
with strata as (
    select source, clinic, event_type, field, band,
        sum(n) filter (recent) as after, sum(n) filter (not recent) as before
    from profile.word
    where field <> 'occasion'
    group by all
    having after > 0 and before > 0
),

shares as (
    select w.source, w.clinic, w.event_type, w.field, w.word,
        sum(w.n) filter (recent) as n, sum(w.people) filter (recent) as people,
        sum(w.n * s.after / s.before) filter (not recent) as n_before
    from profile.word as w
    inner join strata as s using (source, clinic, event_type, field, band)
    group by all
),

-- Words of one person repeat, so people count, not words.
totals as (
    select *,
        sum(n) over whole as of_all, sum(n_before) over whole as of_all_before, sum(people) over whole as of_people
    from shares
    window whole as (partition by source, clinic, event_type, field)
),

compared as (
    select *,
        coalesce(n, 0) / of_all as share, coalesce(n_before, 0) / of_all_before as share_before
    from totals
    where of_all >= $least and of_people >= $least
)

select
    concat_ws(' ', source, clinic, event_type, field, word) as place,
    n,
    abs(share - share_before) / greatest(
        $distance,
        $factor * sqrt((share_before + 1 / of_people) * (1 - share_before + 1 / of_people) * 3 / of_people)
    ) as metric
from compared
