"""Figures as functions: what they draw, in which unit, and in words."""

from datetime import UTC, date, datetime
from typing import Any

from dashboards import figures

MONTHS = [
    {"clinic": "harbour", "month": month, "standardised_change": change, "ci_low": change - 0.1}
    | {
        "ci_high": change + 0.1,
        "n_measured": 30,
        "share_improved": 0.5,
        "n_classified": 30,
        "share_low": 0.33,
        "share_high": 0.67,
    }
    for month, change in (("2026-01", 0.5), ("2026-02", 0.7))
]
HIDDEN = dict.fromkeys(MONTHS[0]) | {"clinic": "harbour", "month": "2026-03", "hidden": True}


def titles(spec: Any) -> set[str]:
    """Every title inside a specification."""
    if isinstance(spec, dict):
        own = {spec["title"]} if isinstance(spec.get("title"), str) else set()
        return own.union(*(titles(value) for value in spec.values()))
    return set().union(*(titles(value) for value in spec)) if isinstance(spec, list) else set()


def test_a_hidden_month_is_not_drawn_nor_tabled() -> None:
    shown = figures.trend([*MONTHS, HIDDEN])
    assert [(row["month"], row["value"]) for row in shown.rows] == [("2026-01", 0.5), ("2026-02", 0.7)]
    assert "Change (baseline SD)" in titles(shown.spec)
    assert "2026-01 to 2026-02 for Harbour" in shown.alt


def test_shares_are_shown_as_per_cent_with_their_own_count() -> None:
    shown = figures.trend(MONTHS, "share_improved")
    assert [row["value"] for row in shown.rows] == [50.0, 50.0]
    assert [(row["ci_low"], row["ci_high"]) for row in shown.rows] == [(33, 67), (33, 67)]
    assert shown.columns["n_classified"] == "People classified"


def test_no_month_at_all_is_said() -> None:
    assert "no month" in figures.trend([]).alt


def test_a_difference_is_drawn_with_zero_its_intervals_and_both_names() -> None:
    rows = [{"name": "Adjusted", "estimate": 2.0, "ci_low": 1.0, "ci_high": 3.0}]
    shown = figures.difference(rows, "points", "Stabilization led", "Manual therapy led")
    assert any(layer.get("data") == {"values": [{"at": 0}]} for layer in shown.spec["layer"])
    assert "Adjusted: +2.00 (+1.00 to +3.00)" in shown.alt
    assert any("Stabilization led better" in title for title in titles(shown.spec))


def test_balance_shows_sizes_before_and_after() -> None:
    rows = [{"characteristic": "Age", "before": -0.4, "after": 0.05}]
    rows.append({"characteristic": "Sex", "before": None, "after": None})  # type: ignore[dict-item]
    shown = figures.balance(rows)
    assert [(row["when"], row["value"]) for row in shown.rows] == [
        ("before weighting", 0.4),
        ("after weighting", 0.05),
    ]


def test_a_course_has_the_band_of_important_change_around_the_baseline() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [{"day": 0, "value": 20.0, "occurred_at": at}, {"day": 42, "value": 12.0, "occurred_at": at}]
    about = {"label": "NDI", "unit": "score", "direction": "lower", "baseline": 20.0, "mcid": 8.0, "mdc": 6.0}
    shown = figures.course(rows, about)
    assert shown.spec["layer"][0]["data"] == {"values": [{"low": 12.0, "high": 28.0}]}
    assert "Value (points)" in titles(shown.spec)
    assert shown.alt == (
        "NDI: 20.0 on day 0, 12.0 on day 42, in score; lower is better. "
        "The band is 8.0 around the baseline: an important change."
    )


def test_without_a_threshold_there_is_no_band() -> None:
    rows = [{"day": 0, "value": 20.0, "occurred_at": None}]
    about = {
        "label": "Force",
        "unit": "N",
        "direction": "higher",
        "baseline": 20.0,
        "mcid": None,
        "mdc": None,
    }
    assert len(figures.course(rows, about).spec["layer"]) == 1
    assert "not measured yet" in figures.course([], about).alt


SESSIONS = [
    {
        "local_on": date(2026, 1, 5),
        "place": "clinic",
        "pain_before": 4.0,
        "pain_during": 5.5,
        "pain_after": None,
    }
    | {"pain_next_morning": 3.0, "quality": 0.8},
    {"local_on": date(2026, 1, 9), "place": "home", "pain_before": 2.0, "quality": None},
]


def test_pain_is_drawn_by_phase_on_its_scale() -> None:
    shown = figures.pain(SESSIONS)
    assert [row["phase"] for row in shown.rows] == ["before", "during", "next morning", "before"]
    assert shown.spec["encoding"]["y"]["scale"] == {"domain": [0, 10]}
    assert "the worst was 5.5" in shown.alt


def test_quality_is_per_cent_of_sessions_that_have_one() -> None:
    assert [row["value"] for row in figures.quality(SESSIONS).rows] == [80]


def test_received_records_are_stacked_by_verdict() -> None:
    rows = [{"day": date(2026, 1, 5), "accepted": 8, "duplicate": 0, "rejected": 2}]
    shown = figures.received(rows)
    assert [(row["verdict"], row["n"]) for row in shown.rows] == [("accepted", 8), ("rejected", 2)]
    assert shown.alt == "Records by day: 8 accepted, 0 duplicate, 2 rejected."


def test_the_bar_of_a_single_day_does_not_fill_the_chart() -> None:
    def width(days: int) -> float:
        rows = [{"day": date(2026, 1, 1 + spot), "accepted": 8, "duplicate": 0, "rejected": 2}
                for spot in range(days)]  # fmt: skip
        return float(figures.received(rows).spec["mark"]["width"]["band"])

    assert width(1) == 0.1
    assert width(14) == 0.9


def test_improved_bars_leave_hidden_shares_out_and_begin_with_the_best() -> None:
    base = {"condition": "neck_pain", "label": "NDI", "n_classified": 40, "share_low": 0.3, "share_high": 0.7}
    rows = [base | {"muscle_group": group, "share_improved": share}
            for group, share in (("neck_flexors", 0.4), ("neck_extensors", 0.6),
                                 ("deltoid", None))]  # fmt: skip
    shown = figures.improved_bars(rows)
    assert [row["value"] for row in shown.rows] == [60, 40]
    assert "Share improved (%)" in titles(shown.spec)
