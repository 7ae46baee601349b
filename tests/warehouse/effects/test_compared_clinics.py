"""Clinics that differ by case-mix alone are left in peace, a planted difference is found, both over seeds."""

from collections import Counter

import numpy as np
import pytest

from warehouse.effects.case_mix import Words, fold_of
from warehouse.effects.compared_clinics import Clinic, Compared, compare_clinics
from warehouse.effects.expected_change import expected_change

CLINICS = 20
ALARMS = ("better", "clearly_better", "worse", "clearly_worse")


def world(seed: int, effect: float = 0.0, adjusted: bool = True) -> tuple[tuple[Compared, ...], np.ndarray]:
    """Twenty clinics whose case-mix differs widely, the first better by ``effect``; and the raw z scores."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(50, 130, CLINICS)
    clinic = np.repeat(np.arange(CLINICS), sizes)
    mix = rng.normal(0, 1, CLINICS)[clinic]
    severity = np.clip(np.round(1 + 0.5 * mix + rng.normal(0, 0.7, len(mix))), 0, 2).astype(np.int64)
    intake = 20 + 3 * mix + rng.normal(0, 4, len(mix))
    change = (
        5 + 2 * (severity - 1) + 0.3 * (intake - 20) + rng.normal(0, 3, len(mix)) + effect * (clinic == 0)
    )
    columns = {"baseline": intake, "severity": Words(severity, ("mild", "moderate", "severe"))}
    folds = fold_of([f"{seed}.{at}" for at in range(len(mix))])
    expected = (
        expected_change(columns, change, clinic, folds) if adjusted else np.full(len(mix), change.mean())
    )
    rest = change - expected
    told = [
        Clinic(f"c{at:02}", int(1.2 * n), int(n), float(own.mean()), float(own.var(ddof=1)))
        for at, n in enumerate(sizes)
        for own in [rest[clinic == at]]
    ]
    scores = np.array([(one.residual or 0) / np.sqrt((one.variance or 1) / one.measured) for one in told])
    return compare_clinics(told), scores


@pytest.fixture(scope="module")
def peaceful() -> list[tuple[tuple[Compared, ...], np.ndarray]]:
    return [world(seed) for seed in range(60)]


def test_clinics_that_differ_by_case_mix_alone_are_not_flagged(
    peaceful: list[tuple[tuple[Compared, ...], np.ndarray]],
) -> None:
    flags = Counter(one.flag for told, _ in peaceful for one in told)
    assert sum(flags[name] for name in ALARMS) / (60 * CLINICS) <= 0.05
    scores = np.concatenate([scores for _, scores in peaceful])
    # Near nominal: 5 % beyond 1.96, 0.2 % beyond 3.09.
    assert 0.025 < (abs(scores) > 1.96).mean() < 0.075
    assert (abs(scores) > 3.09).mean() < 0.006


def test_such_clinics_cannot_be_told_apart(peaceful: list[tuple[tuple[Compared, ...], np.ndarray]]) -> None:
    gates = Counter(told[0].indicator_gate for told, _ in peaceful)
    assert gates["tells_apart"] <= 1


def test_without_adjustment_they_would_have_been_flagged() -> None:
    found = [world(seed, adjusted=False) for seed in range(20)]
    scores = np.concatenate([scores for _, scores in found])
    assert (abs(scores) > 1.96).mean() > 0.4
    assert sum(one.flag in ALARMS for told, _ in found for one in told) / (20 * CLINICS) > 0.05
    assert {told[0].indicator_gate for told, _ in found} == {"tells_apart"}


@pytest.mark.parametrize(("effect", "words"), [(-2.0, "clearly_worse"), (2.0, "clearly_better")])
def test_a_planted_difference_is_found_and_the_others_are_not_blamed(effect: float, words: str) -> None:
    found = [world(seed, effect)[0] for seed in range(30)]
    assert sum(told[0].flag == words for told in found) >= 28
    others = [one.flag in ALARMS for told in found for one in told[1:]]
    assert np.mean(others) < 0.06
    # One far clinic among twenty is drawn towards the others, never past the half of what it is.
    assert 0.5 < np.mean([(told[0].shrunk or 0) / effect for told in found]) < 1


def test_a_clinic_that_is_not_comparable_gets_no_flag_and_moves_no_limit() -> None:
    told = [Clinic(f"c{at}", 100, 90, 0.3 * (at % 2), 9.0) for at in range(8)]
    usual = compare_clinics(told)
    more = compare_clinics([*told, Clinic("thin", 10, 9, 8.0, 1.0), Clinic("lossy", 100, 50, 8.0, 1.0)])
    assert [(one.inner, one.flag) for one in more[:8]] == [(one.inner, one.flag) for one in usual]
    assert [(one.gate, one.flag) for one in more[8:]] == [("too_few_people", None), ("incomplete", None)]
    assert more[8].shrunk is not None


def test_among_few_clinics_there_are_figures_and_no_flags() -> None:
    found = compare_clinics([Clinic(f"c{at}", 100, 90, 5.0 * at, 9.0) for at in range(4)])
    assert {one.flag for one in found} == {None}
    assert {one.indicator_gate for one in found} == {"too_few_clinics"}
    assert all(one.inner is not None and one.shrunk is not None for one in found)


def test_without_a_model_there_are_names_and_the_reason() -> None:
    found = compare_clinics([Clinic("a", 30, 20, None, None), Clinic("b", 3, 0, None, None)])
    assert [one.name for one in found] == ["a", "b"]
    assert {(one.gate, one.indicator_gate, one.inner) for one in found} == {("no_model", "no_model", None)}


def test_nobody_is_put_in_an_order() -> None:
    told = [
        Clinic(name, 100, 90, residual, 9.0)
        for name, residual in zip("cabde", (1.0, 2.0, -1.0, 0.0, 3.0), strict=True)
    ]
    assert [one.name for one in compare_clinics(told)] == list("cabde")
    assert not any("rank" in name for name in Compared.__dataclass_fields__)
