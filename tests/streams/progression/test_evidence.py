from patients import Patient, at, fold, name_of

from contracts import events
from streams.progression.course import Decision
from streams.progression.incremental import derived


def decisions(patient: Patient) -> tuple[Decision, ...]:
    (episode,) = derived(fold(patient.events())).episodes.values()
    (track,) = episode.tracks
    return track.course.decisions


def begun(stage: str = "S0") -> Patient:
    patient = Patient()
    patient.opened()
    patient.program(stage)
    return patient


def ids(patient: Patient, *kinds: type, before: float = 1e6, after: float = -1.0) -> set[str]:
    return {
        event.event_id
        for event in patient.events()
        if isinstance(event, kinds) and at(after) <= event.occurred_at <= at(before)
    }


def test_an_advance_names_the_program_and_all_that_its_good_sessions_said() -> None:
    patient = begun()
    for day in (3, 10):
        patient.session(day)
    said = (
        events.ProgramAssigned,
        events.SessionRecorded,
        events.SymptomReported,
        events.ExerciseSetRecorded,
    )
    assert set(decisions(patient)[-1].evidence) == ids(patient, *said)


def test_sessions_that_did_not_count_are_named_only_for_the_adherence_of_a_fortnight() -> None:
    patient = begun()
    patient.session(3, pain=4.0)
    for day in (10, 17):
        patient.session(day)
    evidence = set(decisions(patient)[-1].evidence)
    assert ids(patient, events.SessionRecorded, before=3) <= evidence
    assert not ids(patient, events.SymptomReported, events.ExerciseSetRecorded, before=4) & evidence


def test_the_session_that_settled_a_decision_is_named() -> None:
    patient = begun()
    patient.session(3, morning=None)
    patient.session(10, morning=None)
    assert ids(patient, events.SessionRecorded, after=10) <= set(decisions(patient)[0].evidence)


def test_a_bad_morning_names_the_mornings_that_were_usual() -> None:
    patient = begun()
    patient.session(3, morning=1.0)
    patient.session(40, morning=5.0)
    decision = decisions(patient)[-1]
    assert decision.rule == "next_morning_worse"
    earlier = {e.event_id for e in patient.events() if getattr(e, "phase", "") == "next_morning"}
    assert earlier <= set(decision.evidence)


def test_rising_pain_names_the_reports_of_three_weeks() -> None:
    patient = begun()
    for day, pain in ((3, 0.0), (10, 1.0), (17, 2.0)):
        patient.session(day, pain=pain)
    decision = decisions(patient)[-1]
    assert decision.rule == "pain_rising"
    pains = {e.event_id for e in patient.events() if getattr(e, "phase", "") == "during"}
    assert pains <= set(decision.evidence)


def test_a_step_above_s4_names_the_sign_off() -> None:
    patient = begun("S3")
    override = patient.override("S4", 1)
    patient.session(3)
    patient.session(10)
    assert decisions(patient)[-1].to_stage == "S5"
    assert override.event_id in decisions(patient)[-1].evidence


def test_evidence_does_not_grow_with_a_streak_that_waits() -> None:
    patient = begun("S3")
    for number in range(20):
        patient.session(3 + 7 * number)
    sizes = [len(decision.evidence) for decision in decisions(patient)]
    assert sizes[-1] == sizes[4]
    assert name_of("session", "anyone", 3) not in decisions(patient)[-1].evidence
