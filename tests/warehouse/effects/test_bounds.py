import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.effects.bounds import extremes, mean_bounds, share_bounds

NAN = float("nan")


def test_bounds_where_higher_is_better_are_those_worked_out_by_hand() -> None:
    # Range 0 to 10. Measured: +2 and +3. Missing: one from 4 (between -4 and +6), one without a baseline
    # (between -10 and +10). Worst (2 + 3 - 4 - 10) / 4, best (2 + 3 + 6 + 10) / 4.
    ends = extremes(np.array([1.0, 2.0, 4.0, NAN]), np.zeros(4), np.full(4, 10.0), np.full(4, True))
    found = mean_bounds(np.array([2.0, 3.0, NAN, NAN]), ends)
    assert (found.worst[0], found.best[0]) == (-2.25, 5.25)


def test_bounds_where_lower_is_better_are_those_worked_out_by_hand() -> None:
    # Range 1 to 5, lower is better. Measured: +1. Missing: one from 4 (worst -1, best +3), one from 5 (worst
    # 0, best +4), one without a baseline (-4 to +4). Worst (1 - 1 + 0 - 4) / 4, best (1 + 3 + 4 + 4) / 4.
    ends = extremes(np.array([3.0, 4.0, 5.0, NAN]), np.ones(4), np.full(4, 5.0), np.full(4, False))
    found = mean_bounds(np.array([1.0, NAN, NAN, NAN]), ends)
    assert (found.worst[0], found.best[0]) == (-1.0, 3.0)


def test_bounds_of_a_share_take_everybody_missing_as_not_improved_and_as_improved() -> None:
    found = share_bounds(np.array([6.0, 0.0]), np.array([10.0, 0.0]), np.array([5.0, 3.0]))
    assert (found.worst[0], found.best[0]) == pytest.approx((6 / 15, 11 / 15))
    assert np.isnan([found.worst[1], found.best[1]]).all()


def test_with_everybody_measured_the_bounds_are_the_figure() -> None:
    values = np.array([1.0, 4.0, -2.0])
    found = mean_bounds(values, extremes(np.full(3, 5.0), np.zeros(3), np.full(3, 10.0), np.full(3, True)))
    assert found.worst[0] == found.best[0] == 1.0


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.floats(0, 10), st.floats(0, 10), st.booleans(), st.booleans()), min_size=1, max_size=12
    ),
    st.booleans(),
)
def test_whatever_became_of_the_missing_the_truth_lies_within(
    people: list[tuple[float, float, bool, bool]], higher: bool
) -> None:
    baseline = np.array([one[0] for one in people])
    change = np.array([one[1] - one[0] for one in people]) * (1 if higher else -1)
    measured = np.array([one[2] for one in people])
    told = np.where(np.array([one[3] for one in people]) | measured, baseline, NAN)
    size = len(people)
    ends = extremes(told, np.zeros(size), np.full(size, 10.0), np.full(size, higher))
    found = mean_bounds(np.where(measured, change, NAN), ends)
    assert found.worst[0] - 1e-9 <= change.mean() <= found.best[0] + 1e-9
