"""Cohorts follow the scenario: confounded programs, planted effects, patterns of recovery."""

import numpy as np
import pytest

from ingest.simulator.cohort import NEVER, draw, progress
from ingest.simulator.size import Size
from ingest.simulator.truth import scenario

CLINICS = scenario().clinics
BACK = scenario().cell("low_back_pain.lumbar_extensors")
LARGE = Size(patients_per_cell=20_000)


def test_the_same_generator_state_draws_the_same_cohort() -> None:
    one, two = (draw(BACK, CLINICS, LARGE, np.random.default_rng(4)) for _ in range(2))
    assert all((a == b).all() for a, b in zip(one.values, two.values, strict=True))
    assert (one.program == two.program).all()


def test_the_share_of_the_first_program_falls_with_severity() -> None:
    cohort = draw(BACK, CLINICS, LARGE, np.random.default_rng(1))
    shares = [(cohort.program[cohort.severity == level] == 0).mean() for level in range(3)]
    assert shares[0] > shares[1] > shares[2]
    assert shares[2] > 0.1
    assert shares[0] < 0.9


def test_within_a_severity_the_planted_effect_is_there_at_both_follow_ups() -> None:
    cohort = draw(BACK, CLINICS, LARGE, np.random.default_rng(2))
    change = cohort.values[0][:, [0]] - cohort.values[0][:, 1:]
    same = (cohort.severity == 1) & (cohort.chronicity == 1)
    first, second = (change[same & (cohort.program == code)].mean(axis=0) for code in (0, 1))
    assert first - second == pytest.approx([2.0, 2.0], abs=0.2)


def test_other_measures_have_no_effect() -> None:
    cohort = draw(BACK, CLINICS, LARGE, np.random.default_rng(2))
    strength = cohort.values[3][:, 2] - cohort.values[3][:, 0]
    same = (cohort.severity == 1) & (cohort.chronicity == 1)
    first, second = (strength[same & (cohort.program == code)].mean() for code in (0, 1))
    assert first - second == pytest.approx(0.0, abs=1.5)


def test_values_stay_within_the_range_of_their_measure() -> None:
    cohort = draw(BACK, CLINICS, LARGE, np.random.default_rng(3))
    for course, values in zip(BACK.outcomes, cohort.values, strict=True):
        assert values.min() >= course.measure.low
        assert values.max() <= course.measure.high


def test_the_thin_cell_has_exactly_its_few_people() -> None:
    thin = scenario().cell("limited_joint_mobility.rotator_cuff")
    cohort = draw(thin, CLINICS, LARGE, np.random.default_rng(5))
    assert np.bincount(cohort.program).tolist() == [58, 9]


def test_some_patients_leave_and_most_stay() -> None:
    cohort = draw(BACK, CLINICS, LARGE, np.random.default_rng(6))
    assert 0.08 < (cohort.dropout < NEVER).mean() < 0.25


def test_a_plateau_stays_low_and_a_relapse_falls_back_and_recovers() -> None:
    days = np.array([[20, 35, 50, 84]])
    steady, climber, plateau, relapse = (progress(np.array([[code]]), days)[0] for code in range(4))
    assert (np.diff(steady) > 0).all()
    assert (climber >= steady).all()
    assert plateau.max() <= 0.35
    assert relapse[2] < relapse[1]
    assert relapse[3] > relapse[2]
