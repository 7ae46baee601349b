from typing import Any

import pytest
from patients import Patient, at, fold

from streams.progression.incremental import derived
from streams.progression.outcomes import Outcome


def outcomes(patient: Patient) -> tuple[Outcome, ...]:
    (episode,) = derived(fold(patient.events())).episodes.values()
    return episode.outcomes


def begun(**opened: Any) -> Patient:
    patient = Patient()
    patient.opened(-40, **opened)
    patient.program("S0", day=0)
    return patient


def test_the_baseline_is_the_last_value_until_the_end_of_the_day_of_the_first_session() -> None:
    patient = begun()
    patient.session(3)
    for day, value in ((-31, 9.0), (-29, 8.0), (1, 7.0), (3.3, 6.0), (4, 5.0), (40, 2.0)):
        patient.measured(day, value)
    (outcome,) = outcomes(patient)
    assert (outcome.baseline, outcome.baseline_at) == (6.0, at(3.3))
    assert (outcome.latest, outcome.n, outcome.change) == (2.0, 6, -4.0)


def test_a_session_before_the_form_was_signed_on_the_same_day_ends_the_baseline_that_day() -> None:
    patient = begun()
    patient.session(-0.05)
    patient.session(3)
    for day, value in ((0.2, 7.0), (2, 5.0)):
        patient.measured(day, value)
    assert outcomes(patient)[0].baseline == 7.0


def test_the_day_ends_by_the_clinics_clock() -> None:
    patient = begun(zone="Australia/Sydney")
    patient.session(3)  # 19:00 in Sydney
    patient.measured(2.9, 7.0)
    patient.measured(3.3, 5.0)  # after midnight there
    assert outcomes(patient)[0].baseline == 7.0


def test_without_a_session_the_baseline_is_taken_until_the_end_of_the_day_of_assignment() -> None:
    patient = begun()
    patient.measured(0.2, 7.0)
    patient.measured(1.2, 5.0)
    assert (outcomes(patient)[0].baseline, outcomes(patient)[0].change) == (7.0, -2.0)


def test_a_single_value_has_no_change_and_values_before_the_window_no_baseline() -> None:
    patient = begun()
    patient.measured(0.1, 7.0)
    assert (outcomes(patient)[0].baseline, outcomes(patient)[0].change) == (7.0, None)
    other = begun()
    other.measured(9, 7.0)
    assert (outcomes(other)[0].baseline, outcomes(other)[0].latest) == (None, 7.0)


def test_without_a_program_there_is_no_time_zero_and_no_baseline() -> None:
    patient = Patient()
    patient.opened()
    patient.measured(1, 7.0)
    assert outcomes(patient)[0].baseline is None


def test_values_of_two_devices_are_never_mixed() -> None:
    patient = begun()
    for device in ("hand_held_dynamometer", "isokinetic_dynamometer"):
        patient.measured(
            1, 90.0, measure="isometric_strength", unit="N", method="isometric", device_class=device,
            muscle_group="quadriceps", side="left",
        )  # fmt: skip
    assert [(each.device_class, each.n) for each in outcomes(patient)] == [
        ("hand_held_dynamometer", 1),
        ("isokinetic_dynamometer", 1),
    ]


@pytest.mark.parametrize(("measure", "best"), [("nprs", 2.0), ("lefs", 9.0), ("not_in_the_registry", None)])
def test_the_best_value_follows_the_direction_of_the_measure(measure: str, best: float | None) -> None:
    patient = begun()
    for day, value in ((1, 5.0), (2, 9.0), (3, 2.0), (4, 4.0)):
        patient.measured(day, value, measure=measure)
    assert outcomes(patient)[0].best == best
