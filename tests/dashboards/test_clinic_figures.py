"""The funnel and the control chart draw what the estimators say, and say it in words."""

import numpy as np
import pytest

from dashboards.clinic_figures import OTHER, control, control_words, funnel
from warehouse.effects.control_chart import control_chart

ROWS = [
    {"clinic": "harbour", "n_measured": 100, "residual": 1.234567, "flag": "better"},
    {"clinic": "riverside", "n_measured": None, "residual": None, "flag": None},
    {"clinic": None, "n_measured": 60, "residual": -0.5},
]
MONTHS = [f"2026-{month:02}" for month in range(1, 8)]


def test_the_funnel_has_a_point_for_each_clinic_that_may_be_shown() -> None:
    shown = funnel(ROWS, 25.0, 0.0, "points")
    assert [(row["clinic"], row["residual"]) for row in shown.rows] == [("Harbour", 1.235), (OTHER, -0.5)]
    assert "Riverside" not in str(shown.spec) + shown.alt
    assert "1 other clinics without names" in shown.alt


def test_its_limits_narrow_with_the_people_and_widen_with_over_dispersion() -> None:
    def ends(added: float) -> list[float]:
        lines = [
            layer
            for layer in funnel(ROWS, 25.0, added, "points").spec["layer"]
            if layer["mark"]["type"] == "line"
        ]
        assert len(lines) == 4
        return [abs(lines[0]["data"]["values"][at]["residual"]) for at in (0, -1)]

    assert ends(0.0) == pytest.approx([1.96 * 5 / np.sqrt(5), 1.96 * 5 / np.sqrt(110)])
    assert ends(1.0)[1] == pytest.approx(1.96 * np.sqrt(25 / 110 + 1))


def test_without_a_clinic_the_funnel_says_so() -> None:
    shown = funnel([], 25.0, 0.0, "points")
    assert shown.rows == []
    assert "no clinic has enough people" in shown.alt


def test_the_control_chart_marks_and_names_the_months_that_break_a_rule() -> None:
    chart = control_chart([1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6])
    shown = control(MONTHS, chart, "Harbour")
    assert {row["kind"] for row in shown.rows} == {"signal"}
    assert "2026-04" in shown.alt and "only rise or only fall" in shown.alt
    assert "on trial" in shown.alt


def test_without_a_signal_it_says_that_chance_explains_the_months() -> None:
    words = control_words(MONTHS, control_chart([1.0, 1.2, 1.0, 1.2, 1.0, 1.2, 1.0]), "Harbour")
    assert "No signal" in words


def test_one_month_has_no_limits_and_none_has_no_chart() -> None:
    assert "limits need a second month" in control_words(MONTHS[:1], control_chart([1.0]), "Harbour")
    assert "no month has enough people" in control_words([], control_chart([]), "Harbour")
    assert len(control(MONTHS[:1], control_chart([1.0]), "Harbour").spec["layer"]) == 3
