"""Laws of the ladder that hold whatever the numbers of a policy are."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
from histories import EXAMPLES, histories
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from patients import Patient, at, fold

from contracts import events
from contracts.events import Event
from contracts.vocabulary import STAGES
from streams.progression.course import Course, Decision
from streams.progression.decisions import facts
from streams.progression.evaluate import evaluate
from streams.progression.incremental import derived
from streams.progression.ladder import Track, rung, tracks_of
from streams.progression.policy import ACTIONS, find
from streams.progression.signals import SORENESS, Signals

laws = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES <= 40, suppress_health_check=list(HealthCheck)
)
POLICY = find("default_msk", 1)
assert POLICY is not None

SIGNALS = st.builds(
    Signals,
    red_flag=st.booleans(),
    effusion_grade=st.sampled_from([None, 0.0, 0.5, 1.0, 2.0, 3.0]),
    pain_during=st.sampled_from([None, 0.0, 1.0, 2.0, 2.5, 5.0, 5.5, 10.0]),
    soreness=st.sampled_from([None, *SORENESS]),
    next_morning_rise=st.sampled_from([None, -2.0, 0.0, 1.0, 1.5, 4.0]),
    pain_rises=st.sampled_from([None, 0, 1, 2]),
    quality=st.sampled_from([None, 0.5, 0.79, 0.8, 1.0]),
    reps_share=st.sampled_from([None, 0.5, 0.99, 1.0, 1.2]),
    adherence_14d=st.sampled_from([None, 0.0, 0.69, 0.7, 1.0]),
)
WORSE: dict[str, Any] = {
    "effusion_grade": [0.0, 0.5, 1.0, 2.0, 3.0],
    "pain_during": [0.0, 1.0, 2.0, 2.5, 5.0, 5.5, 10.0],
    "soreness": list(SORENESS),
    "next_morning_rise": [-2.0, 0.0, 1.0, 1.5, 4.0],
    "pain_rises": [0, 1, 2],
    "quality": [1.0, 0.8, 0.79, 0.5],
    "reps_share": [1.2, 1.0, 0.99, 0.5],
    "adherence_14d": [1.0, 0.7, 0.69, 0.0],
}
"""By signal: its values from best to worst."""


def courses(said: list[Event]) -> list[Course]:
    return [track.course for each in derived(fold(said)).episodes.values() for track in each.tracks]


def decisions(said: list[Event]) -> list[Decision]:
    return [decision for course in courses(said) for decision in course.decisions]


@settings(laws, max_examples=EXAMPLES * 10)
@given(SIGNALS, st.sampled_from(sorted(WORSE)), st.integers(0, 6), st.integers(0, 6))
def test_a_worse_signal_never_gives_a_more_advanced_verdict(
    signals: Signals, name: str, better: int, worse: int
) -> None:
    values = WORSE[name]
    better, worse = sorted((better % len(values), worse % len(values)))
    good = evaluate(replace(signals, **{name: values[better]}), POLICY)
    bad = evaluate(replace(signals, **{name: values[worse]}), POLICY)
    assert ACTIONS.index(bad.action) <= ACTIONS.index(good.action)


@settings(laws, max_examples=EXAMPLES * 5)
@given(SIGNALS)
def test_a_red_flag_always_stops_and_a_missing_required_signal_never_advances(signals: Signals) -> None:
    assert evaluate(replace(signals, red_flag=True), POLICY).action == "stop"
    for name in POLICY.required.signals:
        assert evaluate(replace(signals, **{name: None}), POLICY).action != "advance"


@laws
@given(
    st.lists(st.sampled_from([1.0, 2.0, 3.0, 6.0]), min_size=1, max_size=6), st.sampled_from([3.0, 6.0, 9.0])
)
def test_more_pain_in_the_last_session_never_leads_further_up(pains: list[float], more: float) -> None:
    def reached(last: float) -> int:
        patient = Patient()
        patient.opened()
        patient.program("S1")
        for number, pain in enumerate([*pains, last]):
            patient.session(3 + 7 * number, pain=pain)
        return rung(courses(patient.events())[0].stage)

    assert reached(more) <= reached(1.0)


@laws
@given(histories())
def test_no_decision_advances_without_all_required_signals(said: list[Event]) -> None:
    for decision in decisions(said):
        if decision.action == "advance":
            unknown = [n for n in POLICY.required.signals if getattr(decision.signals, n) is None]
            assert unknown == []


@laws
@given(histories())
def test_a_decision_moves_one_step_and_at_most_two_levels_in_seven_days(said: list[Event]) -> None:
    for course in courses(said):
        ups = [each for each in course.decisions if each.action == "advance"]
        for each in course.decisions:
            assert abs(rung(each.to_stage) - rung(each.from_stage)) <= 1
            week = [
                up for up in ups if each.decided_at - timedelta(days=7) < up.decided_at <= each.decided_at
            ]
            assert len(week) <= POLICY.advance.max_levels_per_7d


def test_daily_good_sessions_run_into_the_cap_of_two_levels_in_seven_days() -> None:
    patient = Patient()
    patient.opened()
    patient.program("S0", sessions_per_week=7.0)
    for day in range(1, 8):
        patient.session(day)
    rules = [decision.rule for decision in decisions(patient.events())]
    assert rules.count("good_sessions") == 2
    assert "pace_cap" in rules


@laws
@given(histories())
def test_nothing_rises_to_s4_by_rule_without_a_sign_off(said: list[Event]) -> None:
    for course in courses(said):
        signed = False
        for fact in course.facts:
            if fact.kind in ("stage_overridden", "track_opened"):
                signed = signed or rung(fact.to_stage) >= rung("S4")
            elif fact.kind == "stage_entered" and rung(fact.to_stage) > rung(fact.from_stage or "S0"):
                assert signed or rung(fact.to_stage) < rung("S4")


@laws
@given(st.lists(st.booleans(), min_size=4, max_size=10), st.sampled_from(STAGES))
def test_good_and_bad_sessions_that_take_turns_never_climb(filler: list[bool], entry: Any) -> None:
    patient = Patient()
    patient.opened()
    patient.program(entry)
    for number in range(len(filler)):
        patient.session(3 + 7 * number, pain=1.0 if number % 2 == 0 else 4.0)
    assert all(decision.action != "advance" for decision in decisions(patient.events()))


@laws
@given(histories(), st.sampled_from(STAGES))
def test_an_override_wins_from_its_time_on(said: list[Event], stage: Any) -> None:
    patient = Patient()
    patient.said = [(0.0, event) for event in said]
    last = max((event.occurred_at for event in said), default=at(0))
    days = (last - at(0)) / timedelta(days=1) + 200
    override = patient.override(stage, days, identity="last")
    now = courses(patient.events())
    mine = [course for course in now if any(override.event_id in fact.evidence for fact in course.facts)]
    assert all(course.stage == stage and course.since == override.occurred_at for course in mine)
    known = derived(fold(said)).episodes.get(patient.episode_id)
    assert mine or known is None


@laws
@given(histories())
def test_every_fact_names_its_rule_its_policy_and_evidence_that_was_said(said: list[Event]) -> None:
    ids = {event.event_id for event in said}
    for fact in facts(fold(said)):
        assert fact.rule
        assert fact.evidence
        assert set(fact.evidence) <= ids
        if fact.kind in ("stage_entered", "stop_raised"):
            assert find(fact.policy, fact.policy_version) is not None


@laws
@given(histories())
def test_the_evidence_alone_gives_the_same_decision(said: list[Event]) -> None:
    for course in courses(said):
        for decision in course.decisions:
            if decision.rule == "pace_cap":
                continue  # it speaks of earlier decisions, not of events
            assert _said_by(decision) in _decided_alone(course, decision, said)


def _said_by(decision: Decision) -> tuple[str, str, int]:
    return decision.action, decision.rule, rung(decision.to_stage) - rung(decision.from_stage)


def _decided_alone(course: Course, decision: Decision, said: list[Event]) -> list[tuple[str, str, int]]:
    """What the policy says on the evidence, when a therapist had set the track to the stage it then had."""
    standing = {event.event_id: event for event in said}
    evidence = [standing[name] for name in decision.evidence]
    kept: list[Event] = [_without_tracks(event) for event in evidence]
    kept += [
        event
        for event in said
        if isinstance(event, events.EpisodeOpened | events.EventCorrected | events.EventRetracted)
    ]
    patient = Patient()
    about = {
        "muscle_group": course.track[0],
        "side": course.track[1],
        "episode_id": course.facts[0].episode_id,
    }
    if any(_signs_off(event, course.track) for event in evidence):
        patient.override("S6", -60, **about)
    patient.override(decision.from_stage, -50, **about)
    kept += patient.events()
    again = [one for each in courses(kept) if each.track == course.track for one in each.decisions]
    return [_said_by(one) for one in again]


def _without_tracks(event: Event) -> Event:
    if isinstance(event, events.ProgramAssigned):
        return msgspec.structs.replace(event, tracks=())
    if isinstance(event, events.StageOverridden):
        return msgspec.structs.replace(event, muscle_group="neck_flexors", side="midline")
    return event


def _signs_off(event: Event, track: Track) -> bool:
    if isinstance(event, events.ProgramAssigned):
        set_to = [each.stage for each in event.tracks if (each.muscle_group, each.side) == track]
    elif isinstance(event, events.StageOverridden) and tracks_of((track,), event.muscle_group, event.side):
        set_to = [event.to_stage]
    else:
        set_to = []
    return any(rung(stage) >= rung("S4") for stage in set_to)
