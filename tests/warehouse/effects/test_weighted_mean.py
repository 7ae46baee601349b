import math

import numpy as np
import pytest

from warehouse.effects.intervals import mean_interval
from warehouse.effects.weighted_mean import Sums, sums_of, weighted_means

VALUES = np.array([4.0, 6.0, 5.0, 9.0, 1.0, 5.5, 7.0, 3.0, 4.5, 6.5, 2.0, 8.0])


def test_equal_weights_give_the_plain_mean_with_student_s_interval() -> None:
    found = weighted_means(sums_of(VALUES, np.full(12, 2.5)))
    plain = mean_interval(list(VALUES))
    assert plain is not None
    assert (found.estimate[0], found.low[0], found.high[0]) == pytest.approx(
        (plain.estimate, plain.low, plain.high)
    )
    assert found.effective[0] == pytest.approx(12) and found.why == [None]


def test_the_weighted_mean_is_the_one_worked_out_by_hand() -> None:
    weights = np.array([1.0] * 6 + [2.0] * 6)
    found = weighted_means(sums_of(VALUES, weights))
    # First six add up to 30.5, last six to 31: (30.5 + 62) / 18.
    centre = 92.5 / 18
    squares = sum((value - centre) ** 2 for value in VALUES[:6]) + 4 * sum(
        (value - centre) ** 2 for value in VALUES[6:]
    )
    error = math.sqrt(squares * 12 / 11) / 18
    assert found.estimate[0] == pytest.approx(centre)
    assert found.effective[0] == pytest.approx(18**2 / 30)
    # Student's quantile with 9.8 degrees of freedom.
    assert (found.high[0] - centre) / error == pytest.approx(2.2344, abs=1e-3)
    assert found.largest_share[0] == pytest.approx(2 / 18)


def test_nobody_measured_has_no_weighted_mean_and_says_so() -> None:
    found = weighted_means(sums_of(np.empty(0), np.empty(0)))
    assert found.why == ["nobody_measured"] and math.isnan(found.estimate[0])


def test_few_effective_people_are_no_weighted_mean() -> None:
    found = weighted_means(sums_of(VALUES[:9], np.ones(9)))
    assert found.why == ["few_effective"] and math.isnan(found.low[0])


def test_a_person_who_carries_a_fifth_of_all_weight_is_a_refusal() -> None:
    values = np.concatenate([VALUES] * 8)
    weights = np.array([30.0] + [1.0] * 95)
    assert weighted_means(sums_of(values, weights)).why == ["one_weight_dominates"]


def test_cells_are_told_side_by_side() -> None:
    many, none = sums_of(VALUES, np.ones(12)), sums_of(np.empty(0), np.empty(0))
    both = Sums(*(np.concatenate([getattr(many, name), getattr(none, name)]) for name in Sums.__match_args__))
    assert weighted_means(both).why == [None, "nobody_measured"]
