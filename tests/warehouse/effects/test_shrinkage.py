"""Reliability, variances and shrunk estimates: published numbers, cases by hand, and coverage over seeds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.effects.shrinkage import (
    between_variance,
    people_needed,
    reliability,
    shrink,
    within_variance,
)


@pytest.mark.parametrize(("icc", "for_070", "for_090"), [(0.02, 114, 441), (0.05, 44, 171), (0.10, 21, 81)])
def test_people_needed_are_the_published_numbers(icc: float, for_070: int, for_090: int) -> None:
    for wanted, published in ((0.7, for_070), (0.9, for_090)):
        needed = people_needed(icc, 1 - icc, wanted)
        assert needed is not None
        assert round(needed) == published
        assert reliability(icc, 1 - icc, np.array([needed])) == pytest.approx([wanted])


def test_where_clinics_do_not_differ_nothing_is_reliable() -> None:
    assert people_needed(0.0, 1.0) is None
    assert reliability(0.0, 1.0, np.array([10.0, 1e6])).tolist() == [0, 0]


def test_the_variance_within_is_pooled_by_degrees_of_freedom() -> None:
    # (9 * 4 + 4 * 1) / 13; a clinic of one person adds nothing.
    assert within_variance(np.array([10.0, 5.0, 1.0]), np.array([4.0, 1.0, np.nan])) == pytest.approx(40 / 13)
    assert within_variance(np.array([1.0]), np.array([np.nan])) == 0


def test_the_variance_between_is_dersimonian_and_lairds_by_hand() -> None:
    # Means 0, 2, 4, each of 10 people with variance 10: w = 1, Q = 8, tau2 = (8 - 2) / (3 - 1) = 3.
    people = np.array([10.0, 10.0, 10.0])
    assert between_variance(np.array([0.0, 2.0, 4.0]), people, 10.0) == pytest.approx(3.0)
    assert between_variance(np.array([1.0, 1.1, 0.9]), people, 10.0) == 0
    assert between_variance(np.array([1.0]), np.array([10.0]), 10.0) == 0


def test_an_estimate_is_reliability_times_the_mean() -> None:
    found = shrink(np.array([3.0, 3.0]), np.array([10.0, 1000.0]), 10.0, 0.5, 20)
    # 0.5 / (0.5 + 1) and 0.5 / (0.5 + 0.01).
    assert found.reliability == pytest.approx([1 / 3, 0.5 / 0.51])
    assert found.estimate == pytest.approx([1.0, 3 * 0.5 / 0.51])
    assert (found.low < found.estimate).all() and (found.estimate < found.high).all()


def test_below_three_clinics_the_interval_is_that_of_the_clinic_alone() -> None:
    found = shrink(np.array([2.0]), np.array([25.0]), 4.0, 1.0, 2)
    assert found.high - found.low == pytest.approx(2 * 1.959964 * 0.4, rel=1e-6)


@pytest.mark.parametrize(("clinics", "between"), [(8, 0.25), (30, 0.25), (30, 1.0)])
def test_intervals_cover_the_true_difference(clinics: int, between: float) -> None:
    covered = total = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        people = rng.integers(20, 120, clinics).astype(float)
        truth = rng.normal(0, np.sqrt(between), clinics)
        truth -= truth.mean()
        means = truth + rng.normal(0, 3 / np.sqrt(people))
        found = shrink(means, people, 9.0, between_variance(means, people, 9.0), clinics)
        covered += int(((found.low <= truth) & (truth <= found.high)).sum())
        total += clinics
    assert 0.92 < covered / total < 0.985


def test_shrunk_estimates_are_nearer_the_truth_than_raw_means() -> None:
    raw = drawn = 0.0
    for seed in range(50):
        rng = np.random.default_rng(seed)
        people = rng.integers(15, 60, 25).astype(float)
        truth = rng.normal(0, 0.5, 25)
        means = truth + rng.normal(0, 4 / np.sqrt(people))
        found = shrink(means, people, 16.0, between_variance(means, people, 16.0), 25)
        raw += float(((means - truth) ** 2).sum())
        drawn += float(((found.estimate - truth) ** 2).sum())
    assert drawn < 0.6 * raw


@settings(max_examples=50, deadline=None)
@given(st.floats(-50, 50), st.integers(1, 5000), st.floats(0.01, 100), st.floats(0, 100), st.integers(1, 200))
def test_shrinking_never_turns_nor_enlarges_a_mean(
    mean: float, people: int, within: float, between: float, among: int
) -> None:
    found = shrink(np.array([mean]), np.array([float(people)]), within, between, among)
    assert abs(found.estimate[0]) <= abs(mean) + 1e-12
    assert found.estimate[0] * mean >= 0
    assert found.low[0] <= found.estimate[0] <= found.high[0]
