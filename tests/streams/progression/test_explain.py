import re

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


def test_stage_since_when_why_on_what_and_what_is_missing_are_said() -> None:
    patient = begun("S2")
    for day in (3, 10, 17):
        patient.session(day)
    text = told(patient)
    assert "quadriceps, left: S3 weight bearing, since 16 January 2026." in text
    assert (
        "Why: on 16 January 2026 it came up from S2 multi-joint: 2 good sessions in a row "
        "(rule good_sessions of default_msk version 1)."
    ) in text
    assert "Evidence: 1 program (5 January 2026), 2 session reports (8 and 15 January 2026)" in text
    assert "Known of that session: pain (of 10) 1 during the session, 0 the next morning" in text
    assert "In this stage: 1 session, the last on 22 January 2026; 1 good in a row." in text
    assert "Last decision: on 23 January 2026 the track held: a good session, but not yet enough" in text
    assert "Missing for S4 progressive resistance: 1 more good session; a clinician's sign-off for S4" in text
    assert "the review is overdue by" in text
    assert "The way there: 5 January 2026 S2 by the program; 16 January 2026 S3 by good_sessions." in text


def test_no_line_names_an_identifier_of_an_event_or_an_episode() -> None:
    patient = begun("S2")
    patient.session(3)
    assert not re.search(r"[0-9a-f]{32}", told(patient))


def test_an_override_is_said_with_its_reason() -> None:
    patient = begun("S2")
    patient.override("S5", 9, reason_code="entry_misjudged")
    text = told(patient)
    assert "Why: a therapist set it in place of S2 multi-joint on 14 January 2026 (entry misjudged)." in text
    assert "Evidence: 1 stage set by a therapist (14 January 2026)." in text


def test_a_program_that_begins_anew_is_said_as_one() -> None:
    patient = begun("S2")
    patient.program("S1", day=20, identity="second")
    assert "Why: the program set it in place of S2 multi-joint on 25 January 2026." in told(patient)


def test_a_stop_is_said_as_one() -> None:
    patient = begun("S2")
    patient.session(3, red_flag=True)
    text = told(patient)
    assert (
        "Last decision: on 8 January 2026 the track was stopped: a red flag was reported (rule red_flag"
        in text
    )
    assert "Known of that session: a red flag, pain" in text
    assert "8 January 2026 stopped at S2 by red_flag." in text


def test_plateau_regression_outcomes_and_notes_are_said() -> None:
    patient = begun("S2")
    patient.measured(1, 6.0)
    patient.session(3, pain=6.0)
    for number in range(6):
        patient.session(10 + 7 * number, pain=3.0)
    patient.measured(50, 4.0, rater="one")
    patient.measured(51, 4.0, rater="other")
    patient.measured(52, 4.0, measure="psfs", episode_id="never opened")
    text = told(patient)
    assert (
        "Why: on 8 January 2026 it came down from S2 multi-joint: pain during the session was above 5" in text
    )
    assert "What its sessions led to: held 6 times, last on 20 February 2026: the criteria" in text
    assert "a plateau: 6 sessions in this stage" in text
    assert "the last move was a step back, to S1 control" in text
    assert (
        "Numeric pain rating scale: baseline 6, latest 4 score on 25 February 2026 (3 values, change -2)."
        in text
    )
    assert "A note on the data: nprs was measured by several raters." in text
    assert "1 event belongs to no episode that was open at its time: OutcomeMeasured." in text


def test_a_track_at_the_top_and_one_without_a_session_say_so() -> None:
    text = told(begun("S6"))
    assert "No session trained it in this stage yet." in text
    assert "Nothing is missing: this is the highest stage." in text


def test_a_policy_that_nobody_knows_is_said() -> None:
    patient = Patient()
    patient.opened()
    patient.program("S1", policy="house_rules", policy_version=7)
    assert "it follows the policy house_rules version 7, which is not known here." in told(patient)


def test_a_closed_episode_says_when_and_why() -> None:
    patient = begun()
    patient.closed(9)
    assert "was closed on 14 January 2026 (goals met)." in told(patient)


def test_only_the_chosen_track_is_told() -> None:
    patient = begun()
    text = "\n".join(explain(fold(patient.events()), at(9), ("quadriceps", "right")))
    assert "quadriceps" not in text


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
