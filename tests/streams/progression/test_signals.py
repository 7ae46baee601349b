from typing import Any

import pytest
from patients import Patient, at, fold

from contracts import events
from contracts.events import ProgramAssigned
from streams.progression.attribution import Gathered, attributed
from streams.progression.policy import find
from streams.progression.policy_schema import Effusion
from streams.progression.sessions import Session, sessions_of
from streams.progression.signals import (
    Reading,
    adherence,
    effusion_course,
    next_morning_rise,
    pain_rises,
    pain_trend,
    reading,
    sessions_7d,
    signals_of,
    usual_pain,
    weekly_pain_rise,
)

KNEE = ("quadriceps", "left")
DEFAULT = find("default_msk", 1)
assert DEFAULT is not None
EFFUSION = Effusion(treat_from=2, maintain_from=1, within_sessions=8, basis="Adams 2012")


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
    signals = signals_of(readings(patient), 0, KNEE, (KNEE,), 0.5, DEFAULT)  # type: ignore[arg-type]
    assert (signals.pain_during, signals.quality, signals.reps_share) == (2.5, 0.85, 0.9)
    assert (signals.soreness, signals.effusion_grade, signals.adherence_14d) == ("next_day", 0.5, 0.5)
    assert signals.red_flag is False


def test_what_was_not_recorded_is_unknown() -> None:
    signals = signals_of(readings(course([None], quality=None, reps=None)), 0, KNEE, (KNEE,), None, DEFAULT)  # type: ignore[arg-type]
    assert {signals.pain_during, signals.quality, signals.reps_share, signals.next_morning_rise} == {None}


def test_without_a_judged_quality_the_share_of_correct_repetitions_stands_for_it() -> None:
    signals = signals_of(readings(course([1.0], quality=None, reps="8/10")), 0, KNEE, (KNEE,), None, DEFAULT)  # type: ignore[arg-type]
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


@pytest.mark.parametrize(
    ("pains", "rise"),
    [([1.0], None), ([1.0, 2.5], 1.5), ([2.0, 1.0], -1.0), ([1.0, None], None), ([1.0, None, 3.0], None)],
)
def test_the_rise_since_the_week_before_is_in_points(pains: list[float | None], rise: float | None) -> None:
    assert weekly_pain_rise(readings(course(pains)), len(pains) - 1) == rise


def graded(*grades: float | None) -> list[Reading]:
    patient = course([])
    for number, grade in enumerate(grades):
        told = {} if grade is None else {"effusion_grade": grade}
        patient.session(3 + 2 * number, **told)
    return readings(patient)


@pytest.mark.parametrize(
    ("grades", "words"),
    [
        ([None, 0.0, 1.0, 0.5], [None, "clear", "clear", "clear"]),
        ([2.0, 0.5, 2.0], ["treat", "clear", "treat"]),
        ([3.0, 1.0, 1.0, 1.0], ["treat", "maintain", "clear", "clear"]),
        ([2.0, 2.0, 1.5], ["treat", "persists", "clear"]),
        ([2.0, 1.0, 2.0, 2.0, 0.0], ["treat", "maintain", "notify", "notify", "clear"]),
        ([2.0, None, 1.0, None, 2.0], ["treat", "unmeasured", "maintain", "unmeasured", "notify"]),
        ([None, None], [None, None]),
    ],
)
def test_the_effusion_is_followed_over_successive_sessions(
    grades: list[float | None], words: list[str | None]
) -> None:
    said = graded(*grades)
    assert [effusion_course(said, position, EFFUSION) for position in range(len(said))] == words


def test_an_effusion_is_forgotten_beyond_the_reach_of_the_rule() -> None:
    said = graded(2.0, *[None] * 9)
    assert [effusion_course(said, at, EFFUSION) for at in (0, 8, 9)] == ["treat", "unmeasured", None]


def test_other_cut_points_are_other_courses() -> None:
    strict = Effusion(treat_from=1, maintain_from=0.5, within_sessions=8, basis="proposal")
    said = graded(1.0, 0.5)
    assert [effusion_course(said, at, strict) for at in (0, 1)] == ["treat", "maintain"]


def test_sessions_of_seven_days_are_counted_with_this_one() -> None:
    said = graded(*[0.0] * 5)
    assert [sessions_7d(said, position) for position in range(5)] == [1, 2, 3, 4, 4]


def test_only_signals_that_the_policy_looks_at_are_worked_out_from_other_sessions() -> None:
    said = readings(course([1.0, 2.0], [0.0, 0.0]))
    default, after_surgery = find("default_msk", 1), find("post_surgical_lower_limb", 1)
    of_default = signals_of(said, 1, KNEE, (KNEE,), 0.5, default)  # type: ignore[arg-type]
    of_other = signals_of(said, 1, KNEE, (KNEE,), 0.5, after_surgery)  # type: ignore[arg-type]
    alone = signals_of(said, 1, KNEE, (KNEE,), 0.5, default, frozenset())  # type: ignore[arg-type]
    assert (of_default.sessions_7d, of_other.sessions_7d) == (None, 1)
    assert (of_default.pain_rises, of_default.adherence_14d) == (1, 0.5)
    assert (alone.pain_rises, alone.adherence_14d, alone.pain_during) == (None, None, 2.0)


def test_pain_after_the_session_and_on_the_morning_are_signals_of_their_own() -> None:
    patient = course([1.0], [4.0])
    patient.say(events.SymptomReported, 3.05, phase="after", pain=3.0, episode_id=patient.episode_id)
    signals = signals_of(readings(patient), 0, KNEE, (KNEE,), None, find("default_msk", 1))  # type: ignore[arg-type]
    assert (signals.pain_during, signals.pain_after, signals.pain_next_morning) == (1.0, 3.0, 4.0)


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
