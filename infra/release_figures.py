"""The figures that the director's pages show of one file of marts, with small groups hidden as there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from contracts.vocabulary import CONDITIONS
from dashboards import completeness, guarded
from dashboards.words import HORIZONS
from warehouse.effects.protocol import DAYS_UNTIL_DUE
from warehouse.privacy import tells_apart

Rows = list[dict[str, Any]]

KEY: Final = ("condition", "muscle_group", "measure", "method", "device_class")
COUNTS: Final = ("n_started", "n_baseline", "n_measured", "n_classified", "n_improved")
FIXED: Final = ("week_6", "week_12")
"""Follow-ups that fall due at a day that never moves; the others go on with the course of care."""
DIGITS: Final = 4

HEAD: Final = """SELECT release, built_at, as_of, rules_version, registry_version, offsets, events, patients
    FROM ops_release"""
MODELS: Final = "SELECT DISTINCT model_version FROM agg_case_mix ORDER BY 1"
DOMAINS: Final = """SELECT condition, muscle_group, domain, n_people, n_measured, standardised_change, ci_low,
    ci_high, n_improved, n_classified, measures
    FROM agg_domain WHERE horizon = $horizon AND program = 'all' ORDER BY condition, muscle_group, domain"""
OUTCOMES: Final = """SELECT condition, muscle_group, measure, method, device_class, label, domain, unit,
    n_started, n_baseline, n_measured, mean_change, sd_change, ci_low, ci_high, judged, n_improved,
    n_probable, n_detectable, n_unchanged, n_deteriorated
    FROM agg_outcomes LEFT JOIN (
        SELECT condition, muscle_group, measure, method, device_class, bool_or(could_improve) AS judged
        FROM fct_follow_up GROUP BY ALL) USING (condition, muscle_group, measure, method, device_class)
    WHERE horizon = $horizon AND goal = 'all' AND program = 'all' AND month = 'all'
    ORDER BY condition, muscle_group, measure, method, device_class"""
COMPLETED: Final = """SELECT condition, muscle_group, domain, measure, method, device_class, n_started,
    n_measured, weighted_change, weighted_low, weighted_high, weighted_share_improved, n_effective,
    why_not_weighted, worst_change, best_change, worst_share_improved, best_share_improved
    FROM agg_completeness WHERE clinic = 'all' AND horizon = $horizon"""
MONTHS: Final = """SELECT clinic, month, n_started, n_measured, n_classified, n_improved, standardised_change,
    ci_low, ci_high
    FROM agg_clinic_month WHERE condition = $condition AND month <> 'all' AND clinic <> 'all'
    ORDER BY clinic, month"""
SETTLED: Final = """SELECT condition, muscle_group, measure, method, device_class, any_value(label) AS label,
    any_value(domain) AS domain, any_value(unit) AS unit, count(*)::INT AS n_started,
    count(baseline)::INT AS n_baseline, count(improvement)::INT AS n_measured,
    avg(improvement) AS mean_change, stddev_samp(improvement) AS sd_change, NULL::DOUBLE AS ci_low,
    NULL::DOUBLE AS ci_high, bool_or(could_improve) AS judged,
    count(*) FILTER (class = 'improved')::INT AS n_improved,
    count(*) FILTER (class = 'probable')::INT AS n_probable,
    count(*) FILTER (class = 'detectable')::INT AS n_detectable,
    count(*) FILTER (class = 'unchanged')::INT AS n_unchanged,
    count(*) FILTER (class = 'deteriorated')::INT AS n_deteriorated
    FROM fct_follow_up JOIN dim_cell USING (condition, muscle_group, measure, method, device_class, horizon)
    WHERE horizon = $horizon AND time_zero + to_days($days::INT) <= $as_of::TIMESTAMPTZ
    GROUP BY condition, muscle_group, measure, method, device_class
    ORDER BY condition, muscle_group, measure, method, device_class"""


def head_of(path: Path) -> dict[str, Any]:
    """Of which release the figures are, up to when it knows, and which rules and models it was made by."""
    head = _ask(path, HEAD)[0]
    models = [row["model_version"] for row in _ask(path, MODELS)]
    return {name: _text(value) for name, value in head.items()} | {"model_versions": models}


def shown_figures(path: Path, minimum: int) -> dict[str, dict[str, Rows]]:
    """Domains and outcomes by horizon, months by condition, as the pages show them; rows hold no person."""
    found: dict[str, dict[str, Rows]] = {"domains": {}, "outcomes": {}, "months": {}}
    for horizon in HORIZONS:
        completed = _ask(path, COMPLETED, horizon=horizon)
        domains = guarded.domains(_ask(path, DOMAINS, horizon=horizon), minimum)
        domains = completeness.of_domains(domains, completed, minimum)
        outcomes = guarded.outcomes(_ask(path, OUTCOMES, horizon=horizon), minimum, domains)
        outcomes = completeness.of_outcomes(outcomes, completed, domains, minimum)
        found["domains"][horizon], found["outcomes"][horizon] = _rounded(domains), _rounded(outcomes)
    for condition in ("all", *CONDITIONS):
        rows = guarded.months(_ask(path, MONTHS, condition=condition), minimum)
        found["months"][condition] = _rounded(rows)
    return found


def settled_figures(path: Path, as_of: datetime, minimum: int) -> dict[str, Rows]:
    """Outcomes by fixed horizon of those whose follow-up was due at ``as_of``, as the file knows them now.

    Time alone changes none of them. Hidden where they are on the page, and where those who were not due
    are few: then the page's figure beside this one would tell of them.
    """
    return {horizon: _settled(path, as_of, horizon, minimum) for horizon in FIXED}


def counts_of(row: Mapping[str, Any]) -> dict[str, int | None]:
    """The counts of a figure that a reader sees; None for a hidden one."""
    hides = row.get("hides", ())
    return {
        name: row[name] if row[name] is not None or row["hidden"] or name in hides else 0 for name in COUNTS
    }


def key_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a figure is about."""
    return tuple(row[name] for name in KEY)


def _settled(path: Path, as_of: datetime, horizon: str, minimum: int) -> Rows:
    days = DAYS_UNTIL_DUE[horizon]
    whole = {key_of(row): row for row in guarded.outcomes(_ask(path, OUTCOMES, horizon=horizon), minimum)}
    known = datetime.fromisoformat(head_of(path)["as_of"])
    newer = guarded.outcomes(_settled_rows(path, known, horizon, days), minimum)
    beside = [whole, {key_of(row): row for row in newer}]
    rows = guarded.outcomes(_settled_rows(path, as_of, horizon, days), minimum)
    return _rounded([_beside(row, [each.get(key_of(row)) for each in beside], minimum) for row in rows])


def _settled_rows(path: Path, as_of: datetime, horizon: str, days: int) -> Rows:
    return _ask(path, SETTLED, horizon=horizon, days=days, as_of=as_of)


def _beside(row: dict[str, Any], others: Sequence[dict[str, Any] | None], minimum: int) -> dict[str, Any]:
    """The row, silent where one of the figures that a reader also has differs by few people."""
    own = counts_of(row)
    if all(each is not None and not tells_apart(own, counts_of(each), minimum) for each in others):
        return row
    told = {name: None for name, value in row.items() if name not in (*KEY, "label", "domain", "unit")}
    return row | told | {"hidden": True, "hides": ()}


def _ask(path: Path, statement: str, **bound: Any) -> Rows:
    import duckdb

    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        cursor = connection.execute(statement, bound or None)
        names = [each[0] for each in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _rounded(rows: Rows) -> Rows:
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS) if value == value and abs(value) != float("inf") else None
    return list(value) if isinstance(value, tuple) else value


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
