"""Least squares and its covariances agree with statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from warehouse.effects.regression import fit_clustered, fit_hc3, independent_columns

RNG = np.random.default_rng(3)
DESIGN = np.column_stack([np.ones(80), RNG.integers(0, 2, 80), RNG.normal(size=(80, 3))])
OUTCOME = DESIGN @ np.array([1.0, 2.0, 0.5, -1.0, 0.0]) + RNG.normal(size=80) * (1 + DESIGN[:, 1])
WEIGHTS = RNG.uniform(0.2, 1.0, 80)
CLUSTERS = RNG.integers(0, 22, 80)


def test_hc3_agrees_with_statsmodels() -> None:
    ours, theirs = fit_hc3(DESIGN, OUTCOME), sm.OLS(OUTCOME, DESIGN).fit(cov_type="HC3", use_t=True)
    assert ours.coefficients == pytest.approx(theirs.params)
    assert ours.covariance == pytest.approx(theirs.cov_params(), abs=1e-12)
    found = ours.interval(1)
    assert (found.low, found.high) == pytest.approx(tuple(theirs.conf_int()[1]))


def test_weighted_hc3_agrees_with_statsmodels() -> None:
    ours = fit_hc3(DESIGN, OUTCOME, WEIGHTS)
    theirs = sm.WLS(OUTCOME, DESIGN, WEIGHTS).fit(cov_type="HC3", use_t=True)
    assert ours.coefficients == pytest.approx(theirs.params)
    assert ours.covariance == pytest.approx(theirs.cov_params(), abs=1e-12)


def test_the_clustered_interval_agrees_with_statsmodels() -> None:
    ours = fit_clustered(DESIGN, OUTCOME, CLUSTERS)
    theirs = sm.OLS(OUTCOME, DESIGN).fit(cov_type="cluster", cov_kwds={"groups": CLUSTERS}, use_t=True)
    assert ours.covariance == pytest.approx(theirs.cov_params(), abs=1e-12)
    found = ours.interval(1)
    assert (found.low, found.high) == pytest.approx(tuple(theirs.conf_int()[1]))


def test_columns_that_say_nothing_new_are_left_out() -> None:
    design = np.column_stack([DESIGN, DESIGN[:, 2] - 2 * DESIGN[:, 3], np.zeros(80)])
    assert independent_columns(design) == [0, 1, 2, 3, 4]
