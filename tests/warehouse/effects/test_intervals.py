"""Intervals agree with statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from warehouse.effects.intervals import mean_interval, share_interval


def test_the_interval_of_a_mean_is_students() -> None:
    values = np.random.default_rng(1).normal(3, 2, 25).tolist()
    found = mean_interval(values)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(DescrStatsW(values).tconfint_mean())
    assert found.estimate == pytest.approx(np.mean(values))


def test_one_value_has_no_interval() -> None:
    assert mean_interval([4.0]) is None


@pytest.mark.parametrize(("count", "total"), [(0, 12), (12, 12), (7, 30), (400, 1000)])
def test_the_interval_of_a_share_is_wilsons(count: int, total: int) -> None:
    found = share_interval(count, total)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(proportion_confint(count, total, method="wilson"))


def test_a_share_of_nobody_has_no_interval() -> None:
    assert share_interval(0, 0) is None
