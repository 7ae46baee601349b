"""Propensity agrees with statsmodels, and overlap weights balance what went into it."""

import numpy as np
import pytest
import statsmodels.api as sm

from warehouse.effects.propensity import (
    effective_size,
    mean_differences,
    overlap_weights,
    propensity,
    variance_ratio,
)

RNG = np.random.default_rng(5)
COLUMNS = RNG.normal(size=(300, 3))
DESIGN = np.column_stack([np.ones(300), COLUMNS])
TREATED = RNG.random(300) < 1 / (1 + np.exp(-DESIGN @ np.array([0.2, 0.8, -0.5, 0.0])))


def test_without_penalty_it_is_logistic_regression() -> None:
    theirs = sm.Logit(TREATED.astype(float), DESIGN).fit(disp=0)
    assert propensity(DESIGN, TREATED, ridge=0.0) == pytest.approx(theirs.predict(DESIGN), abs=1e-6)


def test_separated_arms_still_get_a_finite_propensity() -> None:
    separated = np.column_stack([np.ones(40), np.r_[np.full(20, -1.0), np.full(20, 1.0)]])
    chance = propensity(separated, separated[:, 1] > 0)
    assert np.isfinite(chance).all()
    assert chance[:20].max() < 0.05
    assert chance[20:].min() > 0.95


def test_overlap_weights_balance_the_means_of_the_model() -> None:
    chance = propensity(DESIGN, TREATED, ridge=0.0)
    before = mean_differences(COLUMNS, TREATED, np.ones(300))
    after = mean_differences(COLUMNS, TREATED, overlap_weights(chance, TREATED))
    assert np.abs(before).max() > 0.3
    assert np.abs(after).max() < 1e-6


def test_equal_weights_count_everybody() -> None:
    assert effective_size(np.full(17, 0.3)) == pytest.approx(17)
    assert effective_size(np.array([1.0, 0.0, 0.0])) == pytest.approx(1)


def test_a_column_that_differs_without_any_spread_is_infinitely_apart() -> None:
    column = np.r_[np.zeros(5), np.ones(5)][:, None]
    assert np.isinf(mean_differences(column, column[:, 0] > 0, np.ones(10)))


def test_the_variance_ratio_compares_the_spread_of_the_arms() -> None:
    column = np.r_[np.array([-2.0, 2.0]), np.array([-1.0, 1.0])]
    assert variance_ratio(column, np.array([True, True, False, False]), np.ones(4)) == pytest.approx(4)
