from typing import Any

import pytest
from patients import Patient, at, fold, name_of

from contracts import events
from streams.progression.course import Decision
from streams.progression.evaluate import evaluate
from streams.progression.evidence import deciding
from streams.progression.incremental import derived
from streams.progression.policy import find
from streams.progression.signals import Signals


def decisions(patient: Patient) -> tuple[Decision, ...]:
    (episode,) = derived(fold(patient.events())).episodes.values()
    (track,) = episode.tracks
    return track.course.decisions


def begun(stage: str = "S0", **program: Any) -> Patient:
    patient = Patient()
    patient.opened()
    patient.program(stage, **program)
    return patient


def ids(patient: Patient, *kinds: type, before: float = 1e6, after: float = -1.0, **fields: Any) -> set[str]:
    return {
        event.event_id
        for event in patient.events()
        if isinstance(event, kinds)
        and at(after) <= event.occurred_at <= at(before)
        and all(getattr(event, name) == value for name, value in fields.items())
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


def test_the_sessions_that_count_are_named_by_their_leading_report_the_judged_one_last() -> None:
    patient = begun()
    for day in (3, 10):
        patient.session(day)
    stands_on = decisions(patient)[-1].stands_on
    reports = [e.event_id for e in patient.events() if isinstance(e, events.SessionRecorded)]
    assert stands_on.sessions == tuple(reports)
    assert (stands_on.prior_stage, stands_on.decided_at) == ("S0", at(10.9))
    assert stands_on.window_from == at(3)


def test_sessions_that_did_not_count_are_not_named() -> None:
    patient = begun()
    patient.session(3, pain=4.0)
    for day in (10, 17):
        patient.session(day)
    decision = decisions(patient)[-1]
    assert decision.stands_on.window_from == at(10)
    assert not ids(patient, events.SessionRecorded, events.SymptomReported, before=4) & set(decision.evidence)


def test_low_adherence_names_the_sessions_of_a_fortnight_also_those_that_were_missed() -> None:
    patient = begun(sessions_per_week=2.0)
    patient.session(3, quality=0.9)
    patient.missed(10)
    patient.session(16, morning=0.0)
    decision = decisions(patient)[-1]
    assert decision.rule == "adherence_low"
    assert ids(patient, events.SessionRecorded, after=3) <= set(decision.evidence)
    assert not ids(patient, events.SymptomReported, before=4) & set(decision.evidence)
    assert decision.stands_on.context == ("adherence_14d",)
    assert decision.stands_on.window_from == at(3)


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
    assert ids(patient, events.SymptomReported, phase="next_morning") <= set(decision.evidence)


def test_rising_pain_names_the_reports_of_three_weeks() -> None:
    patient = begun()
    for day, pain in ((3, 0.0), (10, 1.0), (17, 2.0)):
        patient.session(day, pain=pain)
    decision = decisions(patient)[-1]
    assert decision.rule == "pain_rising"
    assert ids(patient, events.SymptomReported, phase="during") <= set(decision.evidence)


def test_an_effusion_that_stays_names_the_grades_since_it_came() -> None:
    patient = begun("S1", policy="post_surgical_lower_limb")
    for day, grade in ((3, 0.0), (10, 2.0), (13, 1.0), (16, 2.0)):
        patient.session(day, effusion_grade=grade)
    decision = decisions(patient)[-1]
    assert (decision.rule, decision.stands_on.context) == ("effusion_notify", ("effusion_course",))
    assert ids(patient, events.SymptomReported, phase="during", after=10) <= set(decision.evidence)


def test_rules_by_condition_name_the_event_that_says_the_condition() -> None:
    patient = begun("S1", policy="post_surgical_lower_limb")
    patient.session(3)
    assert ids(patient, events.EpisodeOpened) <= set(decisions(patient)[-1].evidence)
    other = begun("S1")
    other.session(3)
    assert not ids(other, events.EpisodeOpened) & set(decisions(other)[-1].evidence)


def test_a_step_above_s4_names_the_sign_off() -> None:
    patient = begun("S3")
    override = patient.override("S4", 1)
    patient.session(3)
    patient.session(10)
    decision = decisions(patient)[-1]
    assert decision.to_stage == "S5"
    assert decision.stands_on.sign_off == override.event_id
    assert override.event_id in decision.evidence


def test_a_step_below_the_first_gate_needs_no_sign_off() -> None:
    patient = begun("S4")
    patient.override("S1", 1)
    patient.session(3)
    patient.session(10)
    assert decisions(patient)[-1].stands_on.sign_off is None


def test_where_the_track_stood_is_part_of_it() -> None:
    patient = begun(sessions_per_week=7.0)
    for day in range(1, 8):
        patient.session(day)
    capped = next(each for each in decisions(patient) if each.rule == "pace_cap").stands_on
    assert capped.climbed == (at(2.9), at(4.9))
    assert not capped.regressed
    patient.session(20, pain=6.0)
    patient.session(21)
    assert decisions(patient)[-1].stands_on.regressed


def test_evidence_does_not_grow_with_a_streak_that_waits() -> None:
    patient = begun("S3")
    for number in range(20):
        patient.session(3 + 7 * number)
    sizes = [len(decision.evidence) for decision in decisions(patient)]
    assert sizes[-1] == sizes[4]
    assert name_of("session", "anyone", 3) not in decisions(patient)[-1].evidence


def test_evidence_is_worked_out_when_somebody_asks() -> None:
    patient = begun()
    patient.session(3)
    decision = decisions(patient)[-1]
    assert "stands_on" not in vars(decision)
    assert decision.evidence == decision.stands_on.event_ids
    assert "stands_on" in vars(decision)


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({}, set()),
        ({"next_morning_rise": 4.0}, {"next_morning_rise"}),
        ({"pain_rises": 2, "adherence_14d": 0.1}, {"pain_rises", "adherence_14d"}),
    ],
)
def test_a_verdict_turns_on_what_is_asked_of_all_and_on_what_matched(
    changes: dict[str, Any], more: set[str]
) -> None:
    policy = find("default_msk", 1)
    assert policy is not None
    good = {
        "pain_during": 1.0,
        "quality": 0.9,
        "reps_share": 1.0,
        "next_morning_rise": 0.0,
        "adherence_14d": 1.0,
    }
    signals = Signals(**good | changes)
    asked = {"pain_during", "quality", "reps_share"}
    assert deciding(evaluate(signals, policy), signals, policy) == asked | more


def test_a_rule_that_asks_for_the_unknown_turns_on_what_is_known_too() -> None:
    policy = find("neck_low_back_pain", 1)
    assert policy is not None
    for pain, matters in ((1.0, False), (4.0, True)):
        signals = Signals(pain_during=pain, quality=0.95, reps_share=1.0, next_morning_rise=0.0)
        found = deciding(evaluate(signals, policy), signals, policy)
        assert ("next_morning_rise" in found) is matters
