"""Fit of expected changes: by hand, and against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from warehouse.effects.calibration import calibrate, deciles, subgroups


def made(people: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    expected = rng.normal(5, 2, people)
    return expected + rng.normal(0, 3, people), expected


def test_a_perfect_model_has_slope_one_and_no_error() -> None:
    _, expected = made()
    found = calibrate(expected, expected)
    assert found is not None
    assert (found.r_squared, found.slope.estimate, found.intercept.estimate) == pytest.approx((1, 1, 0))


def test_expecting_the_mean_explains_nothing_and_worse_is_below_zero() -> None:
    actual = np.array([1.0, 2.0, 3.0, 4.0])
    assert calibrate(actual, np.full(4, 2.5)) is None
    # SSE = 4 + 1 + 1 + 4 + ... by hand: errors -3, -1, 1, 3 give 20; SST = 5; R2 = -3.
    found = calibrate(actual, actual[::-1].copy())
    assert found is not None
    assert found.r_squared == pytest.approx(-3.0)
    assert found.slope.estimate == pytest.approx(-1.0)


def test_overconfident_expectations_show_in_the_slope() -> None:
    actual, expected = made()
    found = calibrate(actual, 5 + 2 * (expected - 5))
    assert found is not None
    assert found.slope.high < 0.75


def test_slope_and_interval_are_those_of_statsmodels() -> None:
    actual, expected = made()
    found = calibrate(actual, expected)
    assert found is not None
    fit = sm.OLS(actual, sm.add_constant(expected)).fit(cov_type="HC3", use_t=True)
    assert found.slope.estimate == pytest.approx(fit.params[1])
    assert (found.slope.low, found.slope.high) == pytest.approx(tuple(fit.conf_int()[1]))


def test_deciles_are_tenths_by_expected_change() -> None:
    actual, expected = made(105)
    parts = deciles(actual, expected)
    assert [part.level for part in parts] == [str(at) for at in range(1, 11)]
    assert sorted(part.people for part in parts) == [10] * 5 + [11] * 5
    assert [part.expected for part in parts] == sorted(part.expected for part in parts)
    assert sum(part.people * part.actual for part in parts) == pytest.approx(actual.sum())


def test_the_predictive_ratio_is_expected_over_actual() -> None:
    actual, expected = np.array([2.0, 4.0, 6.0, 0.1]), np.array([3.0, 3.0, 3.0, 1.0])
    found = {part.level: part for part in subgroups(actual, expected, np.array([0, 0, 1, -1]), ("f", "m"))}
    assert found["f"].ratio == pytest.approx(1.0)
    assert found["m"].ratio == pytest.approx(0.5)
    assert found["missing"].people == 1
    assert found["missing"].ratio is None
