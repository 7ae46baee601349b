-- What the written checks look at, made once per gate: events of the last half year in few narrow tables.
-- "back" counts days before the release's instant; its own day is not complete and left out (back = 0).
create schema profile;

create table profile.clock as
select
    max(least(occurred_at, received_at)) as as_of,
    timezone('UTC', max(least(occurred_at, received_at)))::date as today
from lake.events;

create table profile.retracted as
select distinct retracts as event_id from lake.events where retracts is not null;

create table profile.person as
select
    patient_key,
    arg_max(clinic, occurred_at) filter (clinic is not null) as clinic,
    arg_max(zone, occurred_at) filter (zone is not null) as zone,
    arg_max(side, occurred_at) filter (event_type = 'EpisodeOpened') as side,
    count(*) filter (event_type = 'EpisodeOpened') as episodes,
    min(occurred_at) filter (event_type = 'ProgramAssigned') as started_at,
    min(occurred_at) filter (event_type = 'EpisodeOpened') as opened_at,
    max(occurred_at) filter (event_type = 'EpisodeClosed') as closed_at
from lake.events
where event_type in ('EpisodeOpened', 'ProgramAssigned', 'EpisodeClosed')
    and event_id not in (select event_id from profile.retracted)
group by patient_key;

create view profile.said as
select
    e.*,
    coalesce(p.clinic, 'unknown') as at_clinic,
    coalesce(p.zone, 'UTC') as at_zone,
    p.started_at,
    timezone('UTC', e.occurred_at)::date as day,
    date_diff('day', timezone('UTC', e.occurred_at)::date, c.today) as back,
    case
        when p.started_at is null then -1
        else least(7, greatest(0, date_diff('day', p.started_at, e.occurred_at) // 14))
    end as band
from lake.events as e
cross join profile.clock as c
left join profile.person as p using (patient_key)
where e.occurred_at > c.as_of - interval 182 days
    and e.event_type in ('SessionRecorded', 'SymptomReported', 'ExerciseSetRecorded', 'OutcomeMeasured',
        'EpisodeOpened', 'ProgramAssigned', 'EpisodeClosed')
    and e.event_id not in (select event_id from profile.retracted);

create table profile.daily as
select source, event_type, at_clinic as clinic, day, back, count(*) as n
from profile.said
group by all;

-- One value of an outcome measure, with the same person's value before it.
create table profile.measured as
select
    *,
    lag(value) over same as value_before,
    lag(back) over same as back_before,
    count(*) over (partition by patient_key, source, measure, method, device_class, muscle_group, said_side) as values_of_person,
    median(value) over (partition by patient_key, source, measure, method, device_class, muscle_group, said_side) as usual
from (
    select distinct on (event_id)
        event_id, source, at_clinic as clinic, patient_key, measure, method, device_class, unit,
        coalesce(muscle_group, '-') as muscle_group, coalesce(side, '-') as said_side, value, occurred_at, day, back, band
    from profile.said
    where event_type = 'OutcomeMeasured'
    order by event_id
)
window same as (
    partition by patient_key, source, measure, method, device_class, muscle_group, said_side
    order by occurred_at, event_id
);

-- Numbers of the last sixteen weeks, of a share of the people where there are very many.
create table profile.number as
with few as (
    select *
    from profile.said
    where back between 1 and 112
        and event_type in ('SessionRecorded', 'SymptomReported', 'ExerciseSetRecorded')
        and hash(patient_key) % 1000 < (
            select greatest(20, least(1000, 400000000 // greatest(1, sum(n)))) from profile.daily where back <= 112
        )
),

told as (
    select source, at_clinic as clinic, patient_key, day, back, band, coalesce(muscle_group, phase, place) as cell,
        pain, quality, duration_min, tenderness, effusion_grade, load_kg, range_deg, peak_speed_deg_s,
        peak_force_n, effort, completed_reps::double as completed_reps, correct_reps::double as correct_reps,
        prescribed_reps::double as prescribed_reps
    from few
)

unpivot told
on pain, quality, duration_min, tenderness, effusion_grade, load_kg, range_deg, peak_speed_deg_s,
    peak_force_n, effort, completed_reps, correct_reps, prescribed_reps
into name field value value;

insert into profile.number by name
select source, clinic, patient_key, day, back, band, muscle_group as cell, measure as field, value
from profile.measured
where back between 1 and 112;

alter table profile.number add column recent boolean;
update profile.number set recent = back <= 28;

-- Words of the last sixteen weeks, counted.
create table profile.word as
with told as (
    select source, at_clinic as clinic, band, event_type, back <= 28 as recent, patient_key,
        phase, soreness, place, missed_reason, attended::varchar as attended, muscle_group, side, method, device_class,
        occasion, reason, exercise
    from profile.said
    where back between 1 and 112
        and event_type in ('SessionRecorded', 'SymptomReported', 'ExerciseSetRecorded', 'OutcomeMeasured', 'EpisodeClosed')
)

select source, clinic, band, event_type, recent, field, word, count(*) as n, count(distinct patient_key) as people
from (
    unpivot told
    on phase, soreness, place, missed_reason, attended, muscle_group, side, method, device_class, occasion, reason, exercise
    into name field value word
)
group by all;

create table profile.verdict as
select *, timezone('UTC', received_at)::date as day
from lake.receipts
qualify row_number() over (
    partition by record_id order by received_at desc, kafka_partition desc, kafka_offset desc
) = 1;
