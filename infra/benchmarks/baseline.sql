-- What anybody would ask of the same files at least: each event once; per person the sessions, repetitions
-- and pain; per measure the first and the last value, and their mean change by condition and program. It
-- knows no corrections, merges, attribution, joined sessions, horizons, classes, completeness or intervals.
CREATE TEMP TABLE once AS
SELECT
    event_id, event_type, patient_key, occurred_at, session_id, muscle_group, side, place, phase, pain,
    completed_reps, load_kg, attended, quality, measure, value, condition, program
FROM read_parquet($files)
QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY received_at, kafka_partition, kafka_offset) = 1;

CREATE TEMP TABLE trained AS
SELECT
    patient_key, muscle_group, side, count(DISTINCT session_id) AS sessions, sum(completed_reps) AS reps,
    max(load_kg) AS load_kg, min(occurred_at) AS since, max(occurred_at) AS until
FROM once WHERE event_type = 'ExerciseSetRecorded' GROUP BY ALL;

CREATE TEMP TABLE felt AS
SELECT patient_key, phase, avg(pain) AS pain, count(*) AS reports
FROM once WHERE event_type = 'SymptomReported' GROUP BY ALL;

CREATE TEMP TABLE attended AS
SELECT patient_key, place, count(*) FILTER (attended) AS attended, avg(quality) AS quality
FROM once WHERE event_type = 'SessionRecorded' GROUP BY ALL;

CREATE TEMP TABLE changed AS
SELECT
    patient_key, measure, muscle_group, side, count(*) AS n,
    arg_min(value, (occurred_at, event_id)) AS first, arg_max(value, (occurred_at, event_id)) AS last
FROM once WHERE event_type = 'OutcomeMeasured' GROUP BY ALL;

CREATE TEMP TABLE answer AS
SELECT
    opened.condition, assigned.program, changed.measure, count(*) AS people, avg(last - first) AS change,
    sum(trained.reps) AS reps, avg(felt.pain) AS pain, sum(attended.attended) AS attended
FROM changed
JOIN (SELECT patient_key, min(condition) AS condition FROM once WHERE event_type = 'EpisodeOpened' GROUP BY 1)
    AS opened USING (patient_key)
JOIN (SELECT patient_key, min(program) AS program FROM once WHERE event_type = 'ProgramAssigned' GROUP BY 1)
    AS assigned USING (patient_key)
LEFT JOIN (SELECT patient_key, sum(reps) AS reps FROM trained GROUP BY ALL) AS trained USING (patient_key)
LEFT JOIN (SELECT patient_key, avg(pain) AS pain FROM felt GROUP BY ALL) AS felt USING (patient_key)
LEFT JOIN (SELECT patient_key, sum(attended) AS attended FROM attended GROUP BY ALL) AS attended
    USING (patient_key)
WHERE changed.n > 1
GROUP BY ALL
ORDER BY ALL;
