{{ incremental_by_patient() }}
-- When each episode reached an important change (class improved) in each measure identity with a baseline,
-- in days after time zero. sustained: it was there at two visits in a row, or at the last one; first: at any.
-- The change stands at the visit that showed it; it happened after the visit before (..._after_day).
with visits as (
    select
        visit.*,
        classified.class = 'improved' as important,
        classified.class,
        classified.threshold_row,
        classified.registry_version,
        classified.mdc,
        classified.mcid,
        lag(visit.day) over story as day_before
    from {{ ref("int_visit") }} as visit
    inner join {{ ref("int_change__classified") }} as classified using (case_key)
    window story as (
        partition by visit.patient_key, visit.episode_id, visit.muscle_group, visit.measure, visit.method,
            visit.device_class
        order by not visit.is_start, visit.occurred_at, visit.event_id
    )
),

ahead as (
    select
        *,
        important and coalesce(lead(important) over story, true) as sustained
    from visits
    window story as (
        partition by patient_key, episode_id, muscle_group, measure, method, device_class
        order by not is_start, occurred_at, event_id
    )
),

told as (
    select
        patient_key, episode_id, muscle_group, measure, method, device_class,
        any_value(baseline) as baseline,
        bool_or(
            is_start and class in ('unchanged', 'probable', 'detectable') and mdc is not null
            and mcid is not null
        ) as is_judged,
        count(*) filter (not is_start) as n_visits,
        max(day) as last_day,
        -- Days rise from visit to visit, so the smallest ones are those of the first such visit.
        {%- for name, when in {"sustained": "sustained", "first": "important"}.items() %}
        min(day) filter ({{ when }} and not is_start) as {{ name }}_day,
        min(day_before) filter ({{ when }} and not is_start) as {{ name }}_after_day,
        {%- endfor %}
        any_value(threshold_row) as threshold_row,
        any_value(mdc) filter (is_start) as mdc,
        any_value(mcid) filter (is_start) as mcid,
        any_value(registry_version) as registry_version
    from ahead
    group by all
)

select
    told.patient_key,
    told.episode_id,
    told.muscle_group,
    told.measure,
    told.method,
    told.device_class,
    told.baseline,
    told.is_judged,
    told.n_visits,
    told.last_day,
    told.sustained_day,
    told.sustained_after_day,
    told.first_day,
    told.first_after_day,
    told.threshold_row,
    told.mdc,
    told.mcid,
    told.registry_version,
    episode.clinic,
    episode.condition,
    episode.program,
    episode.zone,
    episode.time_zero,
    timezone(episode.zone, episode.closed_at)::date - timezone(episode.zone, episode.time_zero)::date
        as closed_day
from told
inner join {{ ref("int_episode") }} as episode using (patient_key, episode_id)
