"""Funnel limits and over-dispersion, by hand and over seeds."""

import numpy as np
import pytest

from warehouse.effects.funnel import Z95, Z998, dispersion, half_width, place, winsorised


def test_limits_are_z_times_the_standard_error() -> None:
    found = half_width(np.array([4.0, 100.0]), 25.0, 0.0, Z95)
    assert found == pytest.approx([1.96 * 2.5, 1.96 * 0.5])
    assert half_width(np.array([100.0]), 25.0, 0.75, Z998) == pytest.approx([3.09 * 1.0])


def test_scores_are_drawn_in_at_the_tenths() -> None:
    # Eleven scores 0 to 10: the quantiles 0.1 and 0.9 are 1 and 9.
    assert winsorised(np.arange(11.0)).tolist() == [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9]


def test_over_dispersion_is_added_as_worked_out_by_hand() -> None:
    # z = -3, -3, -3, 3, 3, 3 (n = 100, variance 100): phi = 9, tau2 = (54 - 5) / (6 - 1) = 9.8.
    means, people = np.array([-3.0] * 3 + [3.0] * 3), np.full(6, 100.0)
    found = dispersion(means, people, 100.0)
    assert found.phi == pytest.approx(9.0)
    assert found.p_value < 1e-6
    assert found.variance == pytest.approx(9.8)


def test_what_chance_explains_adds_nothing() -> None:
    means, people = np.array([-1.2, 1.1, 0.9, -1.0, 1.3]), np.full(5, 100.0)
    found = dispersion(means, people, 100.0)
    assert found.phi > 1
    assert found.p_value > 0.05
    assert found.variance == 0


def test_the_test_of_over_dispersion_alarms_seldom() -> None:
    alarms = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        people = rng.integers(20, 200, 25).astype(float)
        alarms += dispersion(rng.normal(0, 2 / np.sqrt(people)), people, 4.0).variance > 0
    assert alarms <= 0.05 * 300


def test_limits_hold_over_seeds_for_clinics_that_do_not_differ() -> None:
    beyond, far, total = 0, 0, 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        people = rng.integers(20, 200, 25).astype(float)
        means = rng.normal(0, 2 / np.sqrt(people))
        added = dispersion(means, people, 4.0).variance
        beyond += int((abs(means) > half_width(people, 4.0, added, Z95)).sum())
        far += int((abs(means) > half_width(people, 4.0, added, Z998)).sum())
        total += 25
    assert 0.04 < beyond / total < 0.06
    assert far / total < 0.004


def test_two_wild_clinics_do_not_widen_the_limits_for_all() -> None:
    rng = np.random.default_rng(3)
    people = np.full(25, 100.0)
    means = rng.normal(0, 0.2, 25)
    means[:2] = 5.0
    assert dispersion(means, people, 4.0).variance < 0.05


@pytest.mark.parametrize(
    ("mean", "word"),
    [(0.0, "as_expected"), (1.0, "as_expected"), (1.1, "better"), (2.1, "clearly_better"), (-1.1, "worse"),
     (-2.0, "worse"), (-2.1, "clearly_worse")],
)  # fmt: skip
def test_a_clinic_is_placed_by_both_limits(mean: float, word: str) -> None:
    assert place(mean, 1.0, 2.0) == word
