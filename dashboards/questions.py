"""What pages ask the marts: every statement, each bound to the scope of who asks."""

from typing import Final

from dashboards.marts import Question

IDENTITIES: Final = Question(
    "identities",
    """SELECT DISTINCT clinic, therapist FROM fct_episode
    WHERE $role = 'development_switch' AND therapist IS NOT NULL ORDER BY clinic, therapist""",
)

DOMAINS: Final = Question(
    "figures",
    """WITH mine AS (
        SELECT * FROM fct_follow_up
        JOIN dim_cell USING (condition, muscle_group, measure, method, device_class, horizon)
        WHERE clinic = $clinic AND horizon = $horizon AND is_clinical),
    person AS (
        SELECT patient_key, domain, coalesce(condition, 'all') AS condition,
            coalesce(muscle_group, 'all') AS muscle_group, avg(improvement / sd_baseline) AS gain,
            coalesce(bool_or(class = 'improved') AND NOT bool_or(class = 'deteriorated'), false) AS better,
            bool_or(could_improve) AS classified,
            list(DISTINCT measure) FILTER (improvement IS NOT NULL) AS used
        FROM mine GROUP BY patient_key, domain, GROUPING SETS (
            (), (condition), (muscle_group), (condition, muscle_group)))
    SELECT condition, muscle_group, domain, count(*)::INT AS n_people, count(gain)::INT AS n_measured,
        avg(gain) AS standardised_change, stddev_samp(gain) AS sd_change, NULL::DOUBLE AS ci_low,
        NULL::DOUBLE AS ci_high, (count(*) FILTER (better AND classified))::INT AS n_improved,
        (count(*) FILTER (classified))::INT AS n_classified,
        list_sort(list_distinct(flatten(list(coalesce(used, []))))) AS measures
    FROM person GROUP BY ALL
    UNION ALL BY NAME
    SELECT condition, muscle_group, domain, n_people, n_measured, standardised_change, ci_low, ci_high,
        n_improved, n_classified, measures
    FROM agg_domain WHERE $clinic IS NULL AND horizon = $horizon AND program = 'all'""",
)

OUTCOMES: Final = Question(
    "figures",
    """WITH mine AS (
        SELECT * FROM fct_follow_up
        JOIN dim_cell USING (condition, muscle_group, measure, method, device_class, horizon)
        WHERE clinic = $clinic AND horizon = $horizon)
    SELECT condition, muscle_group, measure, method, device_class, any_value(label) AS label,
        any_value(domain) AS domain, any_value(unit) AS unit, count(*)::INT AS n_started,
        count(baseline)::INT AS n_baseline, count(improvement)::INT AS n_measured,
        avg(improvement) AS mean_change, stddev_samp(improvement) AS sd_change, NULL::DOUBLE AS ci_low,
        NULL::DOUBLE AS ci_high, bool_or(could_improve) AS judged,
        count(*) FILTER (class = 'improved')::INT AS n_improved,
        count(*) FILTER (class = 'probable')::INT AS n_probable,
        count(*) FILTER (class = 'detectable')::INT AS n_detectable,
        count(*) FILTER (class = 'unchanged')::INT AS n_unchanged,
        count(*) FILTER (class = 'deteriorated')::INT AS n_deteriorated
    FROM mine GROUP BY condition, muscle_group, measure, method, device_class
    UNION ALL BY NAME
    SELECT condition, muscle_group, measure, method, device_class, label, domain, unit, n_started,
        n_baseline, n_measured, mean_change, sd_change, ci_low, ci_high, judged, n_improved,
        n_probable, n_detectable, n_unchanged, n_deteriorated
    FROM agg_outcomes LEFT JOIN (
        SELECT condition, muscle_group, measure, method, device_class, bool_or(could_improve) AS judged
        FROM fct_follow_up GROUP BY ALL) USING (condition, muscle_group, measure, method, device_class)
    WHERE $clinic IS NULL AND horizon = $horizon AND goal = 'all' AND program = 'all' AND month = 'all'
    ORDER BY condition, muscle_group, measure, method, device_class""",
)

COMPLETED: Final = Question(
    "figures",
    """SELECT condition, muscle_group, domain, measure, method, device_class, n_started, n_measured,
        weighted_change, weighted_low, weighted_high, weighted_share_improved, n_effective,
        why_not_weighted, worst_change, best_change, worst_share_improved, best_share_improved
    FROM agg_completeness WHERE clinic = coalesce($clinic, 'all') AND horizon = $horizon
    ORDER BY condition, muscle_group, domain, measure, method, device_class""",
)

UNTIL_CHANGE: Final = Question(
    "figures",
    """SELECT condition, muscle_group, measure, method, device_class, label, week, n_started, n_judged,
        n_measured, n_changed_by, n_discharged_by, n_changed_earliest_by,
        days_between_visits, changed, changed_low, changed_high, changed_earliest, discharged, mean_days
    FROM agg_time_to_change
    WHERE clinic = coalesce($clinic, 'all') AND program = 'all' AND definition = $definition
    ORDER BY condition, muscle_group, label, measure, method, device_class, week""",
)

MONTHS: Final = Question(
    "figures",
    """SELECT clinic, month, n_started, n_measured, n_classified, n_improved, standardised_change, ci_low,
        ci_high
    FROM agg_clinic_month
    WHERE ($clinic IS NULL OR clinic = $clinic) AND condition = $condition AND month <> 'all'
        AND clinic <> 'all'
    ORDER BY clinic, month""",
)

CLINICS: Final = Question(
    "figures",
    """SELECT clinic, condition, measure, method, device_class, label, unit, n_started, n_baseline,
        n_measured, raw_mean, expected, residual, standard_error, shrunk, shrunk_low, shrunk_high,
        reliability, n_for_reliable, variance_within, variance_added, limit_95, limit_998, flag, gate,
        indicator_gate
    FROM agg_clinic
    WHERE ($clinic IS NULL OR clinic = $clinic) AND horizon = $horizon
    ORDER BY condition, measure, method, device_class, clinic""",
)

OTHER_CLINICS: Final = Question(
    "figures",
    """SELECT condition, measure, method, device_class, n_measured, round(residual, 2) AS residual
    FROM agg_clinic
    WHERE $clinic IS NOT NULL AND clinic <> $clinic AND horizon = $horizon AND gate = 'comparable'
        AND indicator_gate NOT IN ('too_few_clinics', 'no_model')
    ORDER BY condition, measure, method, device_class, n_measured, residual""",
)

CASE_MIX: Final = Question(
    "figures",
    """SELECT measure, method, device_class, n, r_squared, slope, slope_low, slope_high, model_version
    FROM agg_case_mix WHERE $role = 'director' AND horizon = $horizon AND aspect = 'overall'
    ORDER BY measure, method, device_class""",
)

CHOICES: Final = Question(
    "cohorts",
    """SELECT condition, muscle_group, measure, any_value(label) AS label, any_value(unit) AS unit,
        any_value(direction) AS direction, any_value(domain) AS domain, program,
        count(DISTINCT (patient_key, episode_id)) FILTER (baseline IS NOT NULL) AS n,
        bool_or(could_improve) AS judged
    FROM fct_follow_up
    JOIN dim_cell USING (condition, muscle_group, measure, method, device_class, horizon)
    WHERE $clinic IS NULL OR clinic = $clinic
    GROUP BY condition, muscle_group, measure, program ORDER BY ALL""",
)

COHORT: Final = Question(
    "cohorts",
    """SELECT patient_key, episode_id, clinic, therapist, condition, muscle_group, measure, method,
        device_class, horizon, program, time_zero, baseline, follow_up, baseline_pain, severity,
        chronicity, age_band, sex, comorbidity_count, prior_surgery, payer_class, body_region, origin, side,
        true AS due
    FROM fct_follow_up
    WHERE ($clinic IS NULL OR clinic = $clinic) AND condition = $condition
        AND muscle_group = $muscle_group AND measure = $measure
        AND horizon = $horizon AND program IN ($first, $second)
    UNION ALL BY NAME
    SELECT patient_key, episode_id, clinic, therapist, condition, $muscle_group AS muscle_group,
        $measure AS measure, $horizon AS horizon, program, time_zero, false AS due
    FROM fct_episode ANTI JOIN (
        SELECT patient_key, episode_id FROM fct_follow_up
        WHERE measure = $measure AND horizon = $horizon AND muscle_group = $muscle_group)
        USING (patient_key, episode_id)
    WHERE ($clinic IS NULL OR clinic = $clinic) AND condition = $condition
        AND (list_contains(muscle_groups, $muscle_group)
            OR ($muscle_group = 'unspecified' AND len(muscle_groups) = 0))
        AND program IN ($first, $second)""",
)

TRACKS: Final = Question(
    "patients",
    """SELECT patient_key, episode_id, muscle_group, side, condition, program, stage, since,
        sessions_in_stage, good_streak, pain_trend, adherence_14d, plateau, regression, last_action,
        last_rule, last_decided_at, missing, next_review_at, is_open, policy, policy_version
    FROM fct_track WHERE clinic = $clinic AND therapist = $therapist
    ORDER BY patient_key, episode_id, muscle_group, side""",
)

EPISODES: Final = Question(
    "patients",
    """SELECT patient_key, episode_id, condition, side, severity, chronicity, age_band, program, zone,
        opened_at, time_zero, closed_at, close_reason, sessions_attended, sessions_missed
    FROM fct_episode WHERE clinic = $clinic AND therapist = $therapist ORDER BY opened_at DESC""",
)

STAGES: Final = Question(
    "patients",
    """SELECT muscle_group, side, kind, from_stage, to_stage, rule, policy, policy_version, occurred_at,
        evidence, reason_code
    FROM fct_transition
    WHERE clinic = $clinic AND therapist = $therapist AND patient_key = $patient_key
        AND episode_id = $episode_id
    ORDER BY occurred_at""",
)

VALUES: Final = Question(
    "patients",
    """SELECT o.measure, o.label, o.domain, o.value, o.unit, o.direction, o.muscle_group, o.side, o.day,
        o.occurred_at, o.method, o.device_class
    FROM fct_outcome o JOIN fct_episode e USING (patient_key, episode_id)
    WHERE e.clinic = $clinic AND e.therapist = $therapist AND o.patient_key = $patient_key
        AND o.episode_id = $episode_id
    ORDER BY o.domain, o.label, o.occurred_at""",
)

CHANGES: Final = Question(
    "patients",
    """SELECT measure, method, device_class, muscle_group, side, baseline, mdc, mcid, class, improvement
    FROM fct_change
    WHERE clinic = $clinic AND therapist = $therapist AND patient_key = $patient_key
        AND episode_id = $episode_id AND horizon = 'latest'
    ORDER BY measure, method, device_class, muscle_group, side""",
)

SESSIONS: Final = Question(
    "patients",
    """SELECT s.session_key, s.place, s.attended, s.missed_reason, s.started_at, s.local_on, s.duration_min,
        s.quality, s.pain_before, s.pain_during, s.pain_after, s.pain_next_morning, s.soreness,
        s.effusion_grade, s.prescribed_reps, s.completed_reps, s.correct_reps
    FROM fct_session s JOIN fct_episode e USING (patient_key, episode_id)
    WHERE e.clinic = $clinic AND e.therapist = $therapist AND s.patient_key = $patient_key
        AND s.episode_id = $episode_id
    ORDER BY s.started_at""",
)

MEASURES: Final = Question(
    "patients",
    """SELECT measure, label, domain, unit, low, high, at_muscle, usual.method, usual.device_class
    FROM dim_measure LEFT JOIN (
        SELECT measure, mode(method) AS method, mode(device_class) AS device_class
        FROM fct_outcome GROUP BY measure) AS usual USING (measure)
    WHERE $role = 'therapist' ORDER BY domain, label""",
)


SOURCE_DAYS: Final = Question(
    "operations",
    """SELECT source, day, received, accepted, duplicate, rejected, dropped, last_received_at,
        contract_version
    FROM ops_source_day WHERE $role = 'data_engineer' ORDER BY source, day""",
)

REJECTIONS: Final = Question(
    "operations",
    """SELECT source, code, path, n, last_received_at, sample_record_id, sample_quarantine_ref
    FROM ops_rejection WHERE $role = 'data_engineer' ORDER BY n DESC, source, code, path""",
)

RELEASE: Final = Question(
    "operations",
    """SELECT release, built_at, as_of, rules_version, registry_version, events, patients
    FROM ops_release WHERE $role = 'data_engineer'""",
)

PARITY: Final = Question(
    "operations",
    """SELECT name, compared, skipped, different, checked_at FROM ops_parity
    WHERE $role = 'data_engineer' ORDER BY different DESC, name""",
)

QUALITY: Final = Question(
    "operations",
    """SELECT check_id, name, category, severity, mart, passed, observed, detail, query, status, since_release
    FROM ops_quality WHERE $role = 'data_engineer' ORDER BY passed, severity, check_id""",
)
