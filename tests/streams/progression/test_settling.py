from patients import Patient, at, fold

from contracts import events
from streams.progression.attribution import attributed
from streams.progression.evaluate import Verdict
from streams.progression.sessions import sessions_of
from streams.progression.settling import settled_at
from streams.progression.signals import Reading, reading

HOLD, REGRESS = Verdict("hold", "rule", "why"), Verdict("regress", "rule", "why")
BY_MORNING = Verdict("regress", "rule", "why", by_morning=True)


def readings(patient: Patient) -> list[Reading]:
    (episode,) = attributed(fold(patient.events())).episodes.values()
    return [reading(each) for each in sessions_of(episode).attended]


def begun() -> Patient:
    patient = Patient()
    patient.opened()
    patient.program("S1")
    return patient


def test_hold_and_advance_wait_for_the_next_morning() -> None:
    patient = begun()
    patient.session(3)
    assert settled_at(readings(patient), 0, HOLD) == at(3.9)


def test_or_for_the_next_session() -> None:
    patient = begun()
    patient.session(3, morning=None)
    assert settled_at(readings(patient), 0, HOLD) is None
    patient.session(10)
    assert settled_at(readings(patient), 0, HOLD) == at(10)


def test_a_step_back_stands_at_once_with_the_last_report_of_the_session() -> None:
    patient = begun()
    patient.session(3)
    assert settled_at(readings(patient), 0, REGRESS) == at(3.02)


def test_a_step_back_because_of_the_morning_stands_with_the_morning() -> None:
    patient = begun()
    session = patient.session(3)
    assert settled_at(readings(patient), 0, BY_MORNING) == at(3.9)
    patient.say(
        events.SymptomReported, 5, phase="next_morning", pain=8.0, session_id=session,
        episode_id=patient.episode_id,
    )  # fmt: skip
    assert settled_at(readings(patient), 0, BY_MORNING) == at(5)
