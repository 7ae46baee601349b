"""The adjusted difference agrees with statsmodels' analysis of covariance."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from warehouse.effects.estimates import difference_in_means, estimate, second_look, third_look, weigh
from warehouse.effects.population import select
from warehouse.effects.protocol import Protocol

FORMULA = (
    "improved ~ first + baseline + C(severity) + C(chronicity) + C(age_band) + C(sex) + comorbidity_count"
    " + prior_surgery + C(payer_class) + C(clinic)"
)


def test_the_adjusted_interval_is_the_wider_of_hc3_and_clustered(
    protocol: Protocol, make_rows: Callable[..., list[dict[str, Any]]]
) -> None:
    population = select(make_rows(), protocol)
    found = estimate(population, protocol, weigh(population, protocol))
    frame = pd.DataFrame(population.measured).fillna({"payer_class": "missing"})
    frame["first"] = (frame["program"] == "a").astype(float)
    frame["prior_surgery"] = frame["prior_surgery"].astype(float)
    frame["improved"] = frame["baseline"] - frame["follow_up"]
    model = smf.ols(FORMULA, frame)
    groups = frame["therapist"].astype("category").cat.codes
    intervals = [
        model.fit(cov_type="HC3", use_t=True).conf_int().loc["first"],
        model.fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True).conf_int().loc["first"],
    ]
    widest = max(intervals, key=lambda one: one[1] - one[0])
    assert (found.adjusted.low, found.adjusted.high) == pytest.approx(tuple(widest))


def test_with_few_therapists_the_interval_is_not_clustered(
    protocol: Protocol, make_rows: Callable[..., list[dict[str, Any]]]
) -> None:
    rows = [row | {"therapist": f"t{index % 5}"} for index, row in enumerate(make_rows())]
    population = select(rows, protocol)
    assert estimate(population, protocol, weigh(population, protocol)).method == "HC3"


def test_adjusting_removes_what_severity_adds(
    protocol: Protocol, make_rows: Callable[..., list[dict[str, Any]]]
) -> None:
    population = select(make_rows(people=2000, effect=0.0), protocol)
    found = estimate(population, protocol, weigh(population, protocol))
    assert found.crude.low > 1.0
    assert found.adjusted.low < 0 < found.adjusted.high
    assert found.weighted.low < 0 < found.weighted.high


def test_the_second_look_sees_balance_after_weighting(
    protocol: Protocol, make_rows: Callable[..., list[dict[str, Any]]]
) -> None:
    weighing = weigh(select(make_rows(), protocol), protocol)
    seen = second_look(weighing)
    assert np.abs(weighing.before).max() > 0.3
    assert seen["largest_difference"] < 0.01
    assert 0.5 < seen["share_in_overlap"] <= 1.0
    assert seen["smallest_effective_size"] < 120


def test_the_third_look_counts_standard_errors_between_the_estimators(
    protocol: Protocol, make_rows: Callable[..., list[dict[str, Any]]]
) -> None:
    population = select(make_rows(), protocol)
    found = estimate(population, protocol, weigh(population, protocol))
    apart = abs(found.adjusted.estimate - found.weighted.estimate) / found.standard_error
    assert third_look(found)["estimators_apart"] == pytest.approx(apart)


def test_the_crude_difference_is_welchs() -> None:
    rng = np.random.default_rng(9)
    first, second = rng.normal(3, 1, 30), rng.normal(2, 4, 50)
    found = difference_in_means(first, second)
    theirs = CompareMeans(DescrStatsW(first), DescrStatsW(second)).tconfint_diff(usevar="unequal")
    assert (found.low, found.high) == pytest.approx(theirs)
