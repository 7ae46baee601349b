from patients import Patient, at, fold, name_of

from contracts import events
from streams.progression.explain import explain
from streams.progression.state import initial


def told(patient: Patient, day: float = 60) -> str:
    return "\n".join(explain(fold(patient.events()), at(day)))


def begun(stage: str = "S3") -> Patient:
    patient = Patient()
    patient.opened()
    patient.program(stage)
    return patient


def test_stage_since_when_why_and_what_is_missing_are_said() -> None:
    patient = begun("S2")
    for day in (3, 10, 17):
        patient.session(day)
    text = told(patient)
    assert "quadriceps, left: S3 weight bearing since 2026-01-16, 1 sessions there, 1 good in a row." in text
    assert "2026-01-16: S2 to S3, moved by rule good_sessions (default_msk v1, 9 events)." in text
    assert "Last decision: hold on 2026-01-23 by consecutive_sessions" in text
    assert "Missing for the next stage: 1 more good session; a clinician's sign-off for S4" in text
    assert "Review is overdue since 2026-02-05." in text


def test_an_override_is_said_with_its_reason() -> None:
    patient = begun("S2")
    patient.override("S5", 9, reason_code="entry_misjudged")
    assert "S2 to S5, set by a therapist (default_msk v1, 1 event, entry misjudged)." in told(patient)


def test_a_stop_is_said_as_one() -> None:
    patient = begun("S2")
    patient.session(3, red_flag=True)
    assert "2026-01-08: stays at S2, stopped by rule red_flag" in told(patient)


def test_plateau_regression_outcomes_and_notes_are_said() -> None:
    patient = begun("S2")
    patient.measured(1, 6.0)
    patient.session(3, pain=6.0)
    for number in range(6):
        patient.session(10 + 7 * number, pain=3.0)
    patient.measured(50, 4.0)
    patient.measured(51, 4.0, measure="psfs", episode_id="never opened")
    text = told(patient)
    assert "Plateau: 6 sessions without leaving the stage." in text
    assert "The last move was a step back." in text
    assert "nprs: baseline 6, latest 4 score on 2026-02-24 (2 values, change -2)." in text
    assert "1 event belongs to no episode that was open at its time: OutcomeMeasured." in text


def test_a_merge_names_the_key_under_which_the_person_goes_on() -> None:
    patient = begun()
    patient.say(events.PatientsMerged, 5, other_key="0" * 32)
    assert f"goes on under the key {'0' * 32}" in told(patient)


def test_corrections_that_wait_are_said() -> None:
    patient = begun()
    patient.say(events.EventCorrected, 5, corrects=name_of("never said"), changes={"pain": 1.0})
    assert "1 correction waits for the event that it corrects." in told(patient)


def test_an_erased_and_an_unknown_person_have_one_line() -> None:
    patient = begun()
    patient.erased(9)
    assert told(patient) == "This person asked to be forgotten; nothing else is kept."
    assert explain(initial(), at(0)) == ("No episode of this patient was opened yet.",)
