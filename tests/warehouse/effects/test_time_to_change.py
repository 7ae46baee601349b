import numpy as np
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight

from warehouse.effects.time_to_change import Days, cumulative_incidence, interval

BY_HAND = Days(
    np.array([2, 4, 5, 7]),
    changed=np.array([1.0, 1.0, 0.0, 1.0]),
    left=np.array([0.0, 1.0, 0.0, 0.0]),
    censored=np.array([0.0, 0.0, 1.0, 1.0]),
)
"""Six people: one changed on day 2, one changed and one left on day 4, one censored on 5, one each on 7."""


def test_incidence_with_a_competing_discharge_is_the_one_worked_out_by_hand() -> None:
    found = cumulative_incidence(BY_HAND, np.array([0, 2, 3, 4, 6, 7]))
    # Day 2: 1/6. Day 4: + 5/6 x 1/5 = 1/3; discharge 5/6 x 1/5. Day 7: 3/6 free, 1 of 2: + 1/4.
    assert found.changed == pytest.approx([0, 1 / 6, 1 / 6, 1 / 3, 1 / 3, 7 / 12])
    assert found.left == pytest.approx([0, 0, 0, 1 / 6, 1 / 6, 1 / 6])
    assert list(found.at_risk) == [6, 6, 5, 5, 2, 2]
    # Area to day 7: 1/6 for five days and 1/6 for three.
    assert found.area[-1] == pytest.approx(5 / 6 + 3 / 6)


def test_calling_discharge_censored_would_tell_more_changes() -> None:
    censored = Days(BY_HAND.days, BY_HAND.changed, np.zeros(4), BY_HAND.censored + BY_HAND.left)
    day = np.array([7])
    assert cumulative_incidence(censored, day).changed > cumulative_incidence(BY_HAND, day).changed


def test_incidence_is_the_one_of_statsmodels() -> None:
    generator = np.random.default_rng(3)
    for size in (30, 400):
        time = generator.integers(1, 60, size)
        status = generator.integers(0, 3, size)
        days = np.unique(time)
        ends = [np.array([((time == day) & (status == kind)).sum() for day in days]) for kind in (1, 2, 0)]
        found = cumulative_incidence(Days(days, *(one.astype(float) for one in ends)), days)
        known = CumIncidenceRight(time, status)
        there = np.searchsorted(days, known.times)
        assert found.changed[there] == pytest.approx(known.cinc[0], abs=1e-12)
        assert found.left[there] == pytest.approx(known.cinc[1], abs=1e-12)


def test_without_competition_the_error_is_greenwood_s() -> None:
    people = Days(np.array([1, 2, 3]), np.array([2.0, 1.0, 1.0]), np.zeros(3), np.array([0.0, 1.0, 5.0]))
    found = cumulative_incidence(people, np.array([3]))
    free = 8 / 10 * 7 / 8 * 5 / 6
    greenwood = free**2 * (2 / (10 * 8) + 1 / (8 * 7) + 1 / (6 * 5))
    assert found.error[0] ** 2 == pytest.approx(greenwood)


def test_the_interval_covers_the_truth_in_about_95_of_100_samples() -> None:
    generator = np.random.default_rng(11)
    covered = []
    for _ in range(300):
        change, leave = generator.exponential(60, 150), generator.exponential(90, 150)
        end = np.minimum(np.minimum(change, leave), 80).astype(int) + 1
        kind = np.where(np.minimum(change, leave) > 80, 0, np.where(change < leave, 1, 2))
        days = np.unique(end)
        ends = [np.array([((end == day) & (kind == one)).sum() for day in days]) for one in (1, 2, 0)]
        found = cumulative_incidence(Days(days, *(one.astype(float) for one in ends)), np.array([42]))
        low, high = interval(found.changed, found.error)
        rate = 1 / 60 + 1 / 90
        truth = (1 / 60) / rate * (1 - np.exp(-rate * 42))
        covered.append(low[0] <= truth <= high[0])
    assert 0.92 <= np.mean(covered) <= 0.98


def test_the_interval_stays_within_0_and_1_and_is_empty_without_spread() -> None:
    low, high = interval(np.array([0.02, 0.97, 0.0]), np.array([0.019, 0.02, 0.0]))
    assert (low[:2] > 0).all() and (high[:2] < 1).all() and (low[:2] < high[:2]).all()
    assert np.isnan([low[2], high[2]]).all()


def test_everybody_changed_on_one_day_is_told_without_a_division_by_nobody() -> None:
    people = Days(np.array([3]), np.array([4.0]), np.zeros(1), np.zeros(1))
    found = cumulative_incidence(people, np.array([2, 3, 9]))
    assert list(found.changed) == [0, 1, 1] and list(found.error) == [0, 0, 0]
    assert list(found.at_risk) == [4, 4, 0]
