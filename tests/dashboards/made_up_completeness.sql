-- Aggregates of completeness and of time to change for the made-up release, out of its facts.
CREATE TABLE agg_completeness AS
WITH counted AS (
           SELECT coalesce(clinic, 'all') AS clinic, condition, muscle_group, domain, measure, method,
               device_class, horizon, count(*)::INT AS n_started, count(improvement)::INT AS n_measured,
               avg(improvement) AS gain, (count(*) FILTER (class = 'improved'))::INT AS n_improved,
               (count(*) FILTER (could_improve))::INT AS n_classified
           FROM fct_follow_up JOIN dim_cell USING (condition, muscle_group, measure, method, device_class, horizon) GROUP BY condition, muscle_group, domain, measure, method, device_class,
               horizon, GROUPING SETS ((clinic), ())
       ),
       person AS (
           SELECT coalesce(clinic, 'all') AS clinic, coalesce(condition, 'all') AS condition,
               coalesce(muscle_group, 'all') AS muscle_group, domain, horizon, patient_key,
               bool_or(improvement IS NOT NULL) AS measured, avg(improvement) / 10 AS gain,
               bool_or(class = 'improved') AS better, bool_or(could_improve) AS classified
           FROM fct_follow_up JOIN dim_cell USING (condition, muscle_group, measure, method, device_class, horizon) WHERE is_clinical
           GROUP BY patient_key, domain, horizon, CUBE (clinic, condition, muscle_group)
       ),
       of_domain AS (
           SELECT clinic, condition, muscle_group, domain, 'all' AS measure, 'all' AS method,
               'all' AS device_class, horizon, count(*)::INT AS n_started,
               (count(*) FILTER (measured))::INT AS n_measured, avg(gain) AS gain,
               (count(*) FILTER (better))::INT AS n_improved,
               (count(*) FILTER (classified))::INT AS n_classified
           FROM person GROUP BY ALL
       )
       SELECT *, 
   n_measured / n_started AS completeness,
   gain - 0.05 AS weighted_change, gain - 0.25 AS weighted_low, gain + 0.15 AS weighted_high,
   n_improved / nullif(n_classified, 0) - 0.01 AS weighted_share_improved, 0.9 * n_measured AS n_effective,
   0.02 AS largest_weight_share, NULL::VARCHAR AS why_not_weighted,
   (coalesce(gain, 0) * n_measured - 9 * (n_started - n_measured)) / n_started AS worst_change,
   (coalesce(gain, 0) * n_measured + 9 * (n_started - n_measured)) / n_started AS best_change,
   n_improved / nullif(n_classified + n_started - n_measured, 0) AS worst_share_improved,
   (n_improved + n_started - n_measured) / nullif(n_classified + n_started - n_measured, 0)
       AS best_share_improved
FROM (SELECT * FROM counted UNION ALL BY NAME SELECT * FROM of_domain);

CREATE TABLE agg_time_to_change AS
WITH counted AS (
    SELECT coalesce(clinic, 'all') AS clinic, condition, muscle_group, measure, method, device_class,
        any_value(label) AS label, any_value(domain) AS domain, count(*)::INT AS n_started,
        (count(*) FILTER (mdc IS NOT NULL AND mcid IS NOT NULL))::INT AS n_judged,
        count(improvement)::INT AS n_measured,
        (count(*) FILTER (class = 'improved'))::INT AS n_changed
    FROM fct_change WHERE horizon = 'latest'
    GROUP BY condition, muscle_group, measure, method, device_class, GROUPING SETS ((clinic), ())
),
weeks AS (
    SELECT *, week::INT AS week, (n_changed * least(greatest(week - 4, 0) / 8, 1))::INT AS n_changed_by,
        ((n_judged - n_changed) * least(greatest(week - 6, 0) / 10, 1))::INT AS n_discharged_by,
        (n_changed * least(greatest(week, 0) / 8, 1))::INT AS n_changed_earliest_by
    FROM counted CROSS JOIN (SELECT unnest(range(0, 17)) AS week) WHERE n_judged > 0
)
SELECT *, 'all' AS program, unnest(['sustained', 'first']) AS definition, n_judged AS n_baseline,
    n_measured / n_started AS completeness, n_judged - n_changed AS n_discharged, 0 AS n_censored_by,
    42.0 AS days_between_visits, n_judged - n_changed_by - n_discharged_by AS n_at_risk,
    n_changed_by / n_judged AS changed, greatest(n_changed_by / n_judged - 0.06, 0) AS changed_low,
    least(n_changed_by / n_judged + 0.06, 1) AS changed_high,
    n_changed_earliest_by / n_judged AS changed_earliest, n_discharged_by / n_judged AS discharged,
    week * 2.0 AS mean_days
FROM weeks;
