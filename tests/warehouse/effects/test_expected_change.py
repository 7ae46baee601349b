"""Expected change: out of fold, fair to clinics of any case-mix, and blind to the clinic's own level."""

from typing import Any

import numpy as np
import pytest

from warehouse.effects import expected_change as module
from warehouse.effects.case_mix import Words, fold_of
from warehouse.effects.expected_change import SMALLEST_FIT, expected_change, model_version


def made(
    seed: int = 1, people: int = 900, clinics: int = 9, effect: float = 0.0, mix: float = 0.0
) -> dict[str, Any]:
    """Change = 4 - 0.5 severity + 0.3 intake + effect of the clinic; ``mix`` ties severity to the effect."""
    rng = np.random.default_rng(seed)
    clinic = np.arange(people) % clinics
    level = np.linspace(-1, 1, clinics)[clinic]
    severity = np.clip(np.round(1 + mix * level + rng.normal(0, 0.8, people)), 0, 2).astype(np.int64)
    intake = rng.normal(20, 4, people)
    truth = 4 - 0.5 * severity + 0.3 * (intake - 20)
    columns = {"baseline": intake, "severity": Words(severity, ("mild", "moderate", "severe"))}
    change = truth + effect * level + rng.normal(0, 1.5, people)
    keys = [f"{seed}.{at}" for at in range(people)]
    return {"columns": columns, "change": change, "clinics": clinic, "folds": fold_of(keys), "truth": truth}


def asked(cell: dict[str, Any]) -> np.ndarray:
    return expected_change(cell["columns"], cell["change"], cell["clinics"], cell["folds"])


def test_expectations_come_near_the_truth() -> None:
    cell = made(people=4000)
    assert np.sqrt(((asked(cell) - cell["truth"]) ** 2).mean()) < 0.15


def test_nobody_has_a_part_in_the_expectation_of_their_own_fold() -> None:
    cell = made()
    before = asked(cell)
    own = cell["folds"] == 2
    cell["change"] = np.where(own, cell["change"] + np.linspace(-0.2, 0.2, len(own)), cell["change"])
    after = asked(cell)
    assert after[own] == pytest.approx(before[own], abs=1e-12)
    assert np.abs(after[~own] - before[~own]).max() > 1e-6


def test_what_a_clinic_achieves_is_not_credited_to_its_case_mix() -> None:
    # Clinics with severe cases do better here; pooled least squares would credit severity with that.
    slopes, pooled = [], []
    for seed in range(12):
        cell = made(seed, effect=2.0, mix=1.0)
        severity = cell["columns"]["severity"].codes.astype(float)
        slopes.append(np.polyfit(severity, asked(cell) - 0.3 * (cell["columns"]["baseline"] - 20), 1)[0])
        pooled.append(np.polyfit(severity, cell["change"] - 0.3 * (cell["columns"]["baseline"] - 20), 1)[0])
    assert np.mean(slopes) == pytest.approx(-0.5, abs=0.1)
    assert np.mean(pooled) > 0


def test_noise_without_a_signal_is_shrunk_to_the_mean() -> None:
    rng = np.random.default_rng(5)
    columns = {f"{name}": Words(rng.integers(0, 6, 120), tuple("abcdef")) for name in ("age_band", "origin")}
    change = rng.normal(3, 2, 120)
    found = expected_change(columns, change, np.arange(120) % 4, fold_of([str(at) for at in range(120)]))
    assert ((change - found) ** 2).sum() < 1.05 * ((change - change.mean()) ** 2).sum()


def test_with_few_people_nothing_is_expected() -> None:
    cell = made(people=SMALLEST_FIT - 1)
    assert np.isnan(asked(cell)).all()


def test_one_clinic_alone_has_its_expectations_too() -> None:
    cell = made(clinics=1)
    assert np.isfinite(asked(cell)).all()
    assert (cell["change"] - asked(cell)).mean() == pytest.approx(0, abs=0.05)


def test_the_version_names_the_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = model_version()
    assert usual.startswith("case_mix.")
    monkeypatch.setattr(module, "RECIPE", (*module.RECIPE, "another covariate"))
    assert model_version() != usual
