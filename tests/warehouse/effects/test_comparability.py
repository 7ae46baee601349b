"""The gates of a comparison of clinics, in their order."""

import numpy as np
import pytest

from warehouse.effects.comparability import SENTENCES, OfClinic, OfIndicator, of_clinic, of_indicator


@pytest.mark.parametrize(
    ("people", "started", "code"),
    [(20, 33, "comparable"), (19, 19, "too_few_people"), (20, 34, "incomplete"), (0, 0, "too_few_people")],
)
def test_a_clinic_needs_people_and_completeness(people: int, started: int, code: str) -> None:
    assert of_clinic(people, started, True) == code


def test_without_a_model_nothing_is_compared() -> None:
    assert of_clinic(100, 100, False) == "no_model"
    assert of_indicator(np.ones(9), 1.0, False) == "no_model"


def test_an_indicator_needs_clinics_that_differ_and_most_of_them_reliable() -> None:
    good, poor = 0.8, 0.5
    assert of_indicator(np.full(4, good), 1.0, True) == "too_few_clinics"
    assert of_indicator(np.full(5, good), 0.0, True) == "no_difference"
    assert of_indicator(np.array([poor] * 3 + [good] * 2), 1.0, True) == "unreliable"
    assert of_indicator(np.array([poor] * 3 + [good] * 3), 1.0, True) == "tells_apart"


def test_every_code_has_its_sentence() -> None:
    codes = {*OfClinic.__args__, *OfIndicator.__args__}  # type: ignore[attr-defined]
    assert codes == set(SENTENCES)
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())
