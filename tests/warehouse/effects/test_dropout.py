"""Weights for drop-out, on people of whom it is known how they fared and why they left."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from warehouse.effects.bounds import extremes, mean_bounds
from warehouse.effects.case_mix import Columns, Words
from warehouse.effects.dropout import LARGEST_WEIGHT, ORDER, dropout_weights
from warehouse.effects.weighted_mean import sums_of, weighted_means

SEEDS = 200
PEOPLE = 500
LOW, HIGH = 0.0, 100.0
INTAKE = np.array([20.0, 35.0, 50.0, 65.0, 80.0])
OF_INTAKE = np.array([0.15, 0.2, 0.3, 0.2, 0.15])
SEVERE = 0.4


def progress(intake: NDArray[np.float64], severe: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean improvement of people alike at the start: who starts high and is not severe gets on well."""
    return 4 + 0.12 * (intake - 50) - 3 * severe


def stays(intake: NDArray[np.float64], severe: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chance to be measured again: poor progress and drop-out have the same causes."""
    chance: NDArray[np.float64] = 1 / (1 + np.exp(-(0.9 + 0.03 * (intake - 50) - 1.2 * severe)))
    return chance


def known_truth() -> tuple[float, float]:
    """Mean improvement of everybody, and the mean of those who stay, by adding up all kinds of people."""
    intake, severe = np.repeat(INTAKE, 2), np.tile([0.0, 1.0], 5)
    share = np.repeat(OF_INTAKE, 2) * np.tile([1 - SEVERE, SEVERE], 5)
    means, chance = progress(intake, severe), stays(intake, severe)
    return float(share @ means), float((share * chance) @ means / (share @ chance))


@dataclass(frozen=True)
class Told:
    truth: float
    naive: float
    weighted: float
    covered: bool
    within: bool


def one_sample(seed: int, by_progress: bool = False, forget: bool = False) -> Told:
    """One clinic: ``by_progress`` people leave by how they fare alone; ``forget`` takes the weights away."""
    generator = np.random.default_rng(seed)
    intake = generator.choice(INTAKE, PEOPLE, p=OF_INTAKE)
    severe = (generator.random(PEOPLE) < SEVERE).astype(float)
    change = progress(intake, severe) + generator.normal(0, 4, PEOPLE)
    change = np.clip(change, LOW - intake, HIGH - intake)
    chance = np.where(change > 3, 0.9, 0.4) if by_progress else stays(intake, severe)
    measured = generator.random(PEOPLE) < chance
    columns: Columns = {"baseline": intake, "severity": Words(severe.astype(np.int64), ("mild", "severe"))}
    found = dropout_weights(columns, np.full(PEOPLE, True), measured)
    assert found.why is None
    weights = np.ones(PEOPLE) if forget else found.weights
    mean = weighted_means(sums_of(change[measured], weights[measured]))
    ends = extremes(intake, np.full(PEOPLE, LOW), np.full(PEOPLE, HIGH), np.full(PEOPLE, True))
    bounds = mean_bounds(np.where(measured, change, np.nan), ends)
    truth = float(change.mean())
    return Told(
        truth,
        float(change[measured].mean()),
        float(mean.estimate[0]),
        bool(mean.low[0] <= known_truth()[0] <= mean.high[0]),
        bool(bounds.worst[0] <= truth <= bounds.best[0]),
    )


@pytest.fixture(scope="module")
def samples() -> list[Told]:
    return [one_sample(seed) for seed in range(SEEDS)]


def test_the_plain_mean_is_wrong_by_the_known_amount(samples: list[Told]) -> None:
    everybody, stayed = known_truth()
    assert stayed - everybody > 0.75
    wrong = np.mean([one.naive for one in samples]) - everybody
    assert wrong == pytest.approx(stayed - everybody, abs=0.06)


def test_the_weighted_mean_keeps_at_most_a_fifth_of_that(samples: list[Told]) -> None:
    everybody, stayed = known_truth()
    wrong = abs(np.mean([one.weighted for one in samples]) - everybody)
    assert wrong <= 0.2 * (stayed - everybody)


def test_without_the_weights_the_mean_would_stay_wrong() -> None:
    everybody, stayed = known_truth()
    wrong = abs(np.mean([one_sample(seed, forget=True).weighted for seed in range(40)]) - everybody)
    assert wrong > 0.8 * (stayed - everybody)


def test_the_interval_of_the_weighted_mean_is_conservative(samples: list[Told]) -> None:
    assert np.mean([one.covered for one in samples]) >= 0.93


def test_the_bounds_hold_the_truth_in_every_sample(samples: list[Told]) -> None:
    assert all(one.within for one in samples)


def test_where_unforeseen_progress_causes_drop_out_weights_do_not_help_but_bounds_hold() -> None:
    found = [one_sample(seed, by_progress=True) for seed in range(SEEDS)]
    naive = np.mean([one.naive - one.truth for one in found])
    weighted = np.mean([one.weighted - one.truth for one in found])
    assert naive > 0.5
    assert weighted > 0.5 * naive
    assert all(one.within for one in found)


def test_people_without_a_baseline_are_stood_for_by_people_alike_at_opening() -> None:
    generator = np.random.default_rng(5)
    severe = generator.random(4000) < SEVERE
    has_baseline = generator.random(4000) < np.where(severe, 0.5, 0.9)
    measured = has_baseline & (generator.random(4000) < 0.8)
    intake = np.where(has_baseline, generator.normal(50, 10, 4000), np.nan)
    columns: Columns = {"baseline": intake, "severity": Words(severe.astype(np.int64), ("mild", "severe"))}
    found = dropout_weights(columns, has_baseline, measured)
    assert found.why is None
    stood_for = [float(found.weights[measured & (severe == one)].sum()) for one in (False, True)]
    assert stood_for == pytest.approx([float((~severe).sum()), float(severe.sum())], rel=0.03)


def test_few_people_get_no_model_but_a_reason() -> None:
    measured = np.arange(49) % 2 == 0
    found = dropout_weights({"baseline": np.arange(49.0)}, np.full(49, True), measured)
    assert found.why == "too_few" and set(found.weights) == {49 / 25}


def test_few_measured_are_a_refusal() -> None:
    found = dropout_weights({"baseline": np.arange(100.0)}, np.full(100, True), np.arange(100) < 19)
    assert found.why == "too_few"


def test_people_like_whom_nobody_was_measured_are_a_refusal() -> None:
    severe = np.arange(200) % 4 == 0
    columns: Columns = {
        "baseline": np.full(200, 50.0),
        "severity": Words(severe.astype(np.int64), ("mild", "severe")),
    }
    found = dropout_weights(columns, np.full(200, True), ~severe)
    assert found.why == "never_measured"


def test_with_everybody_measured_everybody_stands_for_themselves() -> None:
    found = dropout_weights({"baseline": np.arange(60.0)}, np.full(60, True), np.full(60, True))
    assert found.why is None and set(found.weights) == {1.0}


def test_no_weight_is_more_than_ten_times_the_usual_one() -> None:
    severe = np.arange(4000) % 20 == 0
    measured = np.where(severe, np.arange(4000) % 400 == 0, np.arange(4000) % 10 != 9)
    columns: Columns = {"severity": Words(severe.astype(np.int64), ("mild", "severe"))}
    found = dropout_weights(columns, np.full(4000, True), measured)
    assert found.why is None
    assert found.weights.max() == pytest.approx(LARGEST_WEIGHT * 4000 / measured.sum())


def test_covariates_are_known_at_time_zero_only() -> None:
    with pytest.raises(ValueError, match="sessions_attended"):
        dropout_weights({"sessions_attended": np.arange(60.0)}, np.full(60, True), np.arange(60) % 2 == 0)
    assert "sessions_attended" not in ORDER
