"""The XmR chart and its rules, worked out by hand."""

import math

import numpy as np
import pytest

from warehouse.effects.control_chart import Chart, control_chart, mean_moving_range


def rules(points: list[float], baseline: int | None = None) -> list[str | None]:
    return list(control_chart(points, baseline).signals)


def steady(*more: float) -> list[float]:
    """Twelve points around 10 whose mean moving range is 2, so that the limits are 10 +- 5.32; then more."""
    return [9.0, 11.0] * 6 + list(more)


def test_centre_and_limits_are_those_worked_out_by_hand() -> None:
    # Steps 2, 3, 1, 4: mean 2.5; centre 5; limits 5 +- 2.66 * 2.5.
    chart = control_chart([4, 6, 3, 4, 8])
    assert chart.centre == pytest.approx(5.0)
    assert (chart.low, chart.high) == pytest.approx((5.0 - 6.65, 5.0 + 6.65))


def test_an_outlying_step_is_left_out_and_the_mean_taken_again() -> None:
    # Twenty steps of 1 and one of 20: mean 40 / 21 = 1.905, 3.267 times that is 6.22, so the 20 is left out.
    points = [float(at % 2) for at in range(21)] + [20.0]
    assert mean_moving_range(np.array(points)) == pytest.approx(1.0)


def test_a_step_of_exactly_the_limit_is_left_out() -> None:
    # Steps 1 (nine times) and s with s = 3.267 (9 + s) / 10, so s lies on the limit.
    step = 3.267 * 9 / (10 - 3.267)
    points = [float(at % 2) for at in range(10)] + [1.0 + step + 1e-9]
    assert mean_moving_range(np.array(points)) == pytest.approx(1.0)
    assert mean_moving_range(np.array([*points[:-1], 1.0 + step - 1e-6])) > 1.2


def test_limits_come_from_the_baseline_alone() -> None:
    chart = control_chart(steady(30, 40), baseline=12)
    assert chart.centre == 10
    assert (chart.low, chart.high) == pytest.approx((10 - 5.32, 10 + 5.32))


def test_a_point_beyond_a_limit_is_outside_and_one_on_it_is_not() -> None:
    assert rules(steady(15.4, 10), 12)[12] == "outside"
    high = control_chart(steady(), 12).high
    assert rules(steady(high, 10), 12)[12] is None
    assert rules(steady(4.6, 10), 12)[12] == "outside"


def test_seven_points_that_only_rise_are_all_flagged_and_six_are_not() -> None:
    rising = [8.0, 8.5, 9.2, 10.2, 10.5, 11.0, 11.5]
    assert rules(steady(*rising), 12)[12:] == ["trend"] * 7
    assert "trend" not in rules(steady(9.5, 10, *[9.6, 9.8, 10.2, 10.4, 10.6], 9.5), 12)


def test_two_equal_points_break_a_trend() -> None:
    assert "trend" not in rules(steady(8.0, 8.5, 9.2, 9.2, 10.5, 11.0, 11.5), 12)


def test_two_of_three_near_a_limit_flag_the_near_points_alone() -> None:
    # Near is beyond 10 + 2/3 * 5.32 = 13.55.
    found = rules(steady(14, 11, 14, 9), 12)[12:]
    assert found == ["two_of_three", None, "two_of_three", None]


def test_a_third_point_on_the_other_side_breaks_two_of_three() -> None:
    assert rules(steady(14, 9, 14, 9), 12)[12:] == [None] * 4


def test_a_point_outside_is_not_near_and_makes_no_two_of_three() -> None:
    assert rules(steady(16, 11, 14, 9), 12)[12:] == ["outside", None, None, None]


def test_seven_points_on_one_side_are_a_shift_and_one_on_the_centre_breaks_it() -> None:
    above = [11.0, 12.0, 11.0, 12.0, 11.0, 12.0, 11.0]
    assert rules([*steady(), 9.0, *above, 9.0], 12)[13:20] == ["shift"] * 7
    assert "shift" not in rules([*steady(), 9.0, *above[:3], 10.0, *above[4:], 9.0], 12)


def test_the_first_rule_in_the_order_of_precedence_is_told() -> None:
    rising = [11.0, 11.5, 12.0, 12.5, 13.6, 14.0, 16.0]
    found = rules([*steady(), 9.0, *rising], 12)[13:]
    assert found == ["trend"] * 6 + ["outside"]
    near = [11.0, 11.5, 11.2, 12.0, 14.0, 14.1, 11.0]
    assert rules([*steady(), 9.0, *near], 12)[13:] == ["shift"] * 4 + ["two_of_three"] * 2 + ["shift"]


def test_limits_on_fewer_than_twelve_points_are_on_trial() -> None:
    assert control_chart(steady()[:11]).is_trial
    assert not control_chart(steady()).is_trial


def test_one_point_has_no_limits_and_none_has_no_chart() -> None:
    assert math.isnan(control_chart([3.0]).low)
    assert control_chart([3.0]).signals == (None,)
    assert control_chart([]).points == ()


def test_equal_points_have_limits_on_the_centre_and_no_signal() -> None:
    chart: Chart = control_chart([2.0] * 12)
    assert (chart.low, chart.centre, chart.high) == (2, 2, 2)
    assert set(chart.signals) == {None}
