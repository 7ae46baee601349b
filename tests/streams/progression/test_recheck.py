from dataclasses import replace
from typing import Any

import pytest
from patients import Patient, fold

from contracts import events
from contracts.events import ProgramAssigned
from streams.progression.course import Decision
from streams.progression.derive import Episode
from streams.progression.incremental import derived
from streams.progression.policy import Policy, rules_of
from streams.progression.recheck import EvidenceLacking, Retaken, retaken

KNEE = ("quadriceps", "left")


def begun(stage: str = "S1", **program: Any) -> Patient:
    patient = Patient()
    patient.opened()
    patient.program(stage, **program)
    return patient


def episode_of(patient: Patient) -> Episode:
    (episode,) = derived(fold(patient.events())).episodes.values()
    return episode


def rules(program: ProgramAssigned) -> Policy | None:
    return rules_of(program.policy, program.policy_version, "post_injury", "quadriceps")


def again(patient: Patient, decision: Decision, **changes: Any) -> Retaken:
    evidence = replace(decision.stands_on, **changes)
    return retaken(evidence, episode_of(patient).gathered.events, KNEE, rules)  # type: ignore[arg-type]


def last(patient: Patient) -> Decision:
    return episode_of(patient).tracks[0].course.decisions[-1]


def same(one: Retaken, decision: Decision) -> bool:
    return all(getattr(one, name) == getattr(decision, name) for name in vars(one))


def two_good_sessions() -> Patient:
    patient = begun()
    for day in (3, 10):
        patient.session(day)
    return patient


def test_an_advance_follows_from_its_evidence() -> None:
    patient = two_good_sessions()
    assert last(patient).action == "advance"
    assert same(again(patient, last(patient)), last(patient))


@pytest.mark.parametrize(
    ("sessions", "rule"),
    [
        ([{"pain": 6.0}], "pain_high"),
        ([{"red_flag": True}], "red_flag"),
        ([{"morning": 1.0}, {"morning": 4.0}], "next_morning_worse"),
        ([{"pain": 0.0}, {"pain": 1.0}, {"pain": 2.0}], "pain_rising"),
        ([{"quality": None, "reps": None}], "signal_missing"),
        ([{}, {"soreness": "next_day"}], "soreness_after"),
    ],
)
def test_decisions_of_every_kind_follow_from_their_evidence(
    sessions: list[dict[str, Any]], rule: str
) -> None:
    patient = begun()
    for number, said in enumerate(sessions):
        patient.session(3 + 7 * number, **said)
    decision = last(patient)
    assert decision.rule == rule
    assert same(again(patient, decision), decision)


def test_a_step_above_the_gate_does_not_follow_without_the_sign_off() -> None:
    patient = begun("S3")
    patient.override("S4", 1)
    for day in (3, 10):
        patient.session(day)
    decision = last(patient)
    assert again(patient, decision).to_stage == decision.to_stage == "S5"
    assert again(patient, decision, sign_off=None).rule == "sign_off"


def test_the_pace_is_part_of_where_the_track_stood() -> None:
    patient = two_good_sessions()
    decision = last(patient)
    assert again(patient, decision, climbed=(decision.decided_at,) * 2).rule == "pace_cap"


def test_other_events_than_those_that_are_named_are_not_looked_at() -> None:
    patient = two_good_sessions()
    decision = last(patient)
    evidence = decision.stands_on
    patient.session(11, pain=9.0)
    patient.override("S6", 12)
    found = retaken(evidence, episode_of(patient).gathered.events, KNEE, rules)  # type: ignore[arg-type]
    assert same(found, decision)


def test_a_decision_does_not_follow_without_one_of_its_good_sessions() -> None:
    patient = two_good_sessions()
    decision = last(patient)
    alone = again(patient, decision, sessions=decision.stands_on.sessions[-1:])
    assert alone.rule == "consecutive_sessions"


@pytest.mark.parametrize("kind", [events.SessionRecorded, events.ProgramAssigned])
def test_evidence_whose_events_are_not_there_is_refused(kind: type) -> None:
    patient = two_good_sessions()
    there = [each for each in episode_of(patient).gathered.events if not isinstance(each, kind)]
    with pytest.raises(EvidenceLacking):
        retaken(last(patient).stands_on, there, KNEE, rules)  # type: ignore[arg-type]


def test_without_its_symptoms_the_decision_is_another() -> None:
    patient = two_good_sessions()
    there = [e for e in episode_of(patient).gathered.events if not isinstance(e, events.SymptomReported)]
    assert retaken(last(patient).stands_on, there, KNEE, rules).rule == "signal_missing"  # type: ignore[arg-type]


def test_a_correction_that_came_later_counts_as_what_was_said() -> None:
    patient = two_good_sessions()
    pain = next(e for e in patient.events() if isinstance(e, events.SymptomReported) and e.phase == "during")
    before = last(patient).stands_on
    patient.corrected(pain, 40, pain=7.0)
    found = retaken(before, episode_of(patient).gathered.events, KNEE, rules)  # type: ignore[arg-type]
    assert found.rule == "consecutive_sessions"
