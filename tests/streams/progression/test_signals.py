from typing import Any

import pytest
from patients import Patient, at, fold

from contracts import events
from contracts.events import ProgramAssigned
from streams.progression.attribution import Gathered, attributed
from streams.progression.sessions import Session, sessions_of
from streams.progression.signals import (
    Reading,
    adherence,
    next_morning_rise,
    pain_rises,
    pain_trend,
    reading,
    signals_of,
    usual_pain,
)

KNEE = ("quadriceps", "left")


def course(pains: list[float | None], mornings: list[float | None] | None = None, **more: Any) -> Patient:
    patient = Patient()
    patient.opened()
    patient.program("S0")
    for number, pain in enumerate(pains):
        morning = mornings[number] if mornings else None
        patient.session(3 + 7 * number, pain=pain, morning=morning, **more)
    return patient


def gathered(patient: Patient) -> Gathered:
    (episode,) = attributed(fold(patient.events())).episodes.values()
    return episode


def readings(patient: Patient) -> list[Reading]:
    return [reading(session) for session in sessions_of(gathered(patient)).attended]


def sessions(patient: Patient) -> tuple[Session, ...]:
    return sessions_of(gathered(patient)).all


def test_the_signals_of_a_session_are_those_that_were_reported() -> None:
    patient = course([2.5], [1.0], quality=0.85, reps="9/10", soreness="next_day", effusion_grade=0.5)
    signals = signals_of(readings(patient), 0, KNEE, (KNEE,), 0.5)  # type: ignore[arg-type]
    assert (signals.pain_during, signals.quality, signals.reps_share) == (2.5, 0.85, 0.9)
    assert (signals.soreness, signals.effusion_grade, signals.adherence_14d) == ("next_day", 0.5, 0.5)
    assert signals.red_flag is False


def test_what_was_not_recorded_is_unknown() -> None:
    signals = signals_of(readings(course([None], quality=None, reps=None)), 0, KNEE, (KNEE,), None)  # type: ignore[arg-type]
    assert {signals.pain_during, signals.quality, signals.reps_share, signals.next_morning_rise} == {None}


def test_without_a_judged_quality_the_share_of_correct_repetitions_stands_for_it() -> None:
    signals = signals_of(readings(course([1.0], quality=None, reps="8/10")), 0, KNEE, (KNEE,), None)  # type: ignore[arg-type]
    assert signals.quality == 1.0


def test_of_reports_of_one_phase_the_most_trusted_source_counts_and_of_its_values_the_worst() -> None:
    patient = course([1.0])
    for pain, source in ((3.0, "therapist_form"), (9.0, "home_app")):
        patient.say(
            events.SymptomReported, 3.03, phase="during", pain=pain, source=source,
            episode_id=patient.episode_id,
        )  # fmt: skip
    assert readings(patient)[0].pain_during == 3.0


def test_usual_pain_is_what_was_told_before_else_the_median_of_three_mornings() -> None:
    patient = course([1.0] * 5, [4.0, 1.0, 2.0, 3.0, 3.5])
    assert usual_pain(readings(patient), 0) is None
    assert usual_pain(readings(patient), 4) == 2.0
    assert next_morning_rise(readings(patient), 4) == 1.5
    patient.say(events.SymptomReported, 30.98, phase="before", pain=3.0, episode_id=patient.episode_id)
    assert usual_pain(readings(patient), 4) == 3.0


@pytest.mark.parametrize(
    ("pains", "rises"),
    [
        ([1.0], None),
        ([1.0, 2.0], 1),
        ([2.0, 1.0], 0),
        ([1.0, 2.0, 3.0], 2),
        ([3.0, 2.0, 3.0], 1),
        ([2.0, 2.0, 2.0], 0),
        ([1.0, None, 3.0], None),
    ],
)
def test_weeks_in_which_pain_rose_are_counted_back_from_the_session(
    pains: list[float | None], rises: int | None
) -> None:
    assert pain_rises(readings(course(pains)), len(pains) - 1) == rises


def test_the_trend_is_in_points_per_week_over_the_last_four_sessions() -> None:
    assert pain_trend(readings(course([9.0, 4.0, 3.0, 2.0, 1.0]))) == -1.0
    assert pain_trend(readings(course([4.0, 3.0]))) is None


def program_of(patient: Patient) -> ProgramAssigned:
    return gathered(patient).programs[0]


def test_adherence_is_the_share_of_the_dose_of_fourteen_days() -> None:
    patient = course([1.0])
    patient.missed(10)
    program = program_of(patient)
    assert adherence(sessions(patient), program, at(0.01), at(10)) == pytest.approx(0.701, abs=0.001)
    assert adherence(sessions(patient), program, at(0.01), at(17.5)) == 0.0
    assert adherence(sessions(patient), program, at(0.01), at(3)) == 1.0


def test_without_a_prescribed_dose_adherence_is_the_share_of_recorded_sessions() -> None:
    patient = course([1.0])
    patient.missed(5)
    assert adherence(sessions(patient), None, at(0), at(6)) == 0.5
    assert adherence(sessions(patient), None, at(0), at(40)) is None
