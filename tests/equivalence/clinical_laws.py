"""Laws of the ladder that hold whatever the numbers of a policy are, each as a function that may fail.

``under`` gives the courses of a history when one policy is in force for everybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from made_up_policies import BOUNDS
from patients import Patient, at, fold

from contracts.events import Event
from contracts.vocabulary import Stage
from streams.progression.advancing import Past, gate_to, sessions_needed, weighed
from streams.progression.course import Course, Decision
from streams.progression.derive import Derived, derived_under
from streams.progression.evaluate import evaluate
from streams.progression.ladder import moved, rung
from streams.progression.moments import EARLIEST
from streams.progression.policy_schema import ACTIONS, Policy
from streams.progression.recheck import retaken
from streams.progression.signal_facts import SIGNAL_FACTS
from streams.progression.signals import Signals

CALENDAR_ENDS = 9000
"""Years from here on leave no room for anything later."""
WAITS = ("consecutive_sessions", "sign_off", "pace_cap", "top_of_ladder")
"""Holds of a session that was good by itself."""


def _values(name: str) -> list[Any]:
    """Values of a signal from best to worst, on both sides of every made-up bound."""
    fact = SIGNAL_FACTS[name]  # type: ignore[index]
    if fact.words:
        return list(fact.words)
    if fact.worse == "true":
        return [False, True]
    near = {each + step for each in BOUNDS[name] for step in (-0.01, 0, 0.01)}  # type: ignore[index]
    inside = sorted(each for each in near | {fact.low, fact.high} if fact.low <= each <= fact.high)
    return inside if fact.worse == "higher" else inside[::-1]


VALUES: dict[str, list[Any]] = {name: _values(name) for name in SIGNAL_FACTS}
SIGNALS = st.builds(
    Signals,
    **{
        name: st.sampled_from(values if name == "red_flag" else [None, *values])
        for name, values in VALUES.items()
    },
)
PASTS = st.builds(
    Past,
    stage=st.sampled_from(["S0", "S1", "S2", "S3", "S4", "S5", "S6"]),
    streak=st.integers(0, 4),
    advanced_at=st.lists(st.sampled_from([at(0), at(5), at(6)]), max_size=3).map(tuple),
    signed_off=st.sampled_from([None, "S2", "S4", "S6"]),
    regressed=st.booleans(),
)
"""``streak`` counts the good sessions before the one that is judged."""

SESSION: dict[str, list[Any]] = {
    "pain": [0.0, 1.0, 2.0, 3.0, 5.0, 6.0, 10.0],
    "morning": [0.0, 1.0, 3.0, 8.0],
    "soreness": ["none", "warmup_resolves", "next_day", "warmup_persists"],
    "effusion_grade": [0.0, 0.5, 1.0, 2.0, 3.0],
    "quality": [1.0, 0.85, 0.7, 0.0],
    "reps": ["12/10", "10/10", "8/10", "0/10"],
    "red_flag": [False, True],
}
"""What a session may say, from best to worst."""
SESSIONS = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in SESSION.items()})
BEST = {name: values[0] for name, values in SESSION.items()}
WORST = {name: values[-1] for name, values in SESSION.items() if name != "red_flag"}


def under(said: Sequence[Event], policy: Policy) -> Derived:
    """What follows from a history where everybody is under this policy."""
    return derived_under(fold(said), lambda *_: policy)


def courses(said: Sequence[Event], policy: Policy) -> list[Course]:
    return [track.course for each in under(said, policy).episodes.values() for track in each.tracks]


@dataclass(frozen=True)
class Stretch:
    """A patient with one track and sessions two days apart."""

    entry: Stage
    sessions: tuple[dict[str, Any], ...]

    def events(self) -> list[Event]:
        patient = Patient()
        patient.opened()
        patient.program(self.entry, sessions_per_week=3.5)
        for number, said in enumerate(self.sessions):
            patient.session(3 + 2 * number, **said)
        return patient.events()

    def decisions(self, policy: Policy) -> tuple[Decision, ...]:
        return courses(self.events(), policy)[0].decisions


STRETCHES = st.builds(
    Stretch,
    entry=st.sampled_from(["S0", "S1", "S2", "S3", "S5"]),
    sessions=st.lists(st.just(BEST) | SESSIONS, min_size=1, max_size=6).map(tuple),
)


def a_worse_signal_never_gives_more(
    signals: Signals, name: str, places: tuple[int, int], past: Past, policy: Policy
) -> None:
    better, worse = (VALUES[name][place % len(VALUES[name])] for place in sorted(places))
    if VALUES[name].index(better) > VALUES[name].index(worse):
        better, worse = worse, better
    good = _outcome(replace(signals, **{name: better}), past, policy)
    bad = _outcome(replace(signals, **{name: worse}), past, policy)
    assert bad <= good


def _outcome(signals: Signals, past: Past, policy: Policy) -> tuple[int, int]:
    """How far a session leads: the rank of the action, and the stage."""
    verdict = evaluate(signals, policy, past.stage)
    streak = past.streak + 1 if verdict.action == "advance" else 0
    verdict = weighed(verdict, replace(past, streak=streak), policy, at(7))
    step = {"advance": 1, "regress": -1}.get(verdict.action, 0)
    return ACTIONS.index(verdict.action), rung(moved(past.stage, step))


def a_worse_last_session_never_leads_further(
    stretch: Stretch, name: str, places: tuple[int, int], policy: Policy
) -> None:
    values = SESSION[name]
    better, worse = sorted(place % len(values) for place in places)
    *before, last = stretch.sessions
    ends = []
    for place in (better, worse):
        other = replace(stretch, sessions=(*before, last | {name: values[place]}))
        end = other.decisions(policy)[-1]
        ends.append((ACTIONS.index(end.action), rung(end.to_stage)))
    good, bad = ends
    assert bad[0] <= good[0]
    stopped = bad[0] == ACTIONS.index("stop")  # nothing goes on at any stage, so it is left as it is
    assert stopped or bad[1] <= good[1]


def what_is_missing_never_advances(said: Sequence[Event], policy: Policy) -> None:
    for course in courses(said, policy):
        for each in course.decisions:
            if each.action == "advance":
                shown = [
                    one.signal
                    for one in policy.advance.all_of
                    if one.from_stage <= each.from_stage <= one.up_to_stage
                ]
                for name in (*policy.required.signals, *shown):
                    assert getattr(each.signals, name) is not None


def a_decision_moves_one_step_and_the_cap_of_a_week_holds(said: Sequence[Event], policy: Policy) -> None:
    for course in courses(said, policy):
        ups = [each.decided_at for each in course.decisions if each.action == "advance"]
        for each in course.decisions:
            assert abs(rung(each.to_stage) - rung(each.from_stage)) <= 1
            if each.action != "advance":
                assert rung(each.to_stage) <= rung(each.from_stage)
            week = [up for up in ups if each.decided_at - timedelta(days=7) < up <= each.decided_at]
            if each.action == "advance":
                assert len(week) <= policy.advance.max_levels_per_7d


def nothing_passes_a_gate_without_its_sign_off(said: Sequence[Event], policy: Policy) -> None:
    for course in courses(said, policy):
        signed: list[Stage] = []
        for fact in course.facts:
            if fact.kind in ("stage_overridden", "track_opened"):
                signed.append(fact.to_stage)
            elif fact.kind == "stage_entered" and fact.from_stage and fact.to_stage > fact.from_stage:
                gate = gate_to(fact.to_stage, policy)
                assert gate is None or max(signed) >= gate


def an_advance_follows_enough_good_sessions_in_a_row(said: Sequence[Event], policy: Policy) -> None:
    """Counted over the decisions themselves: those before it that were good and only waited."""
    for course in courses(said, policy):
        good, regressed, before = 0, False, EARLIEST
        marks = [one.occurred_at for one in course.facts if one.kind in ("track_opened", "stage_overridden")]
        for each in sorted_by_walk(course):
            start = each.fired_by.ground.readings[each.fired_by.position].session.start
            if any(before < mark <= start for mark in marks):
                good, regressed = 0, False
            before = start
            good = good + 1 if each.action == "advance" or each.rule in WAITS else 0
            if each.action == "advance":
                assert good >= sessions_needed(policy, regressed)
                assert len(each.stands_on.sessions) >= sessions_needed(policy, regressed)
            if each.to_stage != each.from_stage:
                good, regressed = 0, each.action == "regress"


def sorted_by_walk(course: Course) -> list[Decision]:
    return sorted(course.decisions, key=lambda each: each.fired_by.position)


def turns_never_climb(entry: Stage, bad: dict[str, Any], count: int, policy: Policy) -> None:
    """Good and bad sessions take turns, where two or more in a row are asked for."""
    turns = tuple(BEST if number % 2 == 0 else bad for number in range(count))
    for each in Stretch(entry, turns).decisions(policy):
        if each.fired_by.position % 2:
            assert each.action != "advance" and each.rule not in WAITS
        assert each.action != "advance"


def an_override_wins_from_its_time_on(said: Sequence[Event], stage: Stage, policy: Policy) -> None:
    patient = Patient()
    said = [event for event in said if event.occurred_at.year < CALENDAR_ENDS]
    patient.said = [(0.0, event) for event in said]
    last = max((event.occurred_at for event in said), default=at(0))
    days = (last - at(0)) / timedelta(days=1) + 200
    override = patient.override(stage, days, identity="last")
    mine = [
        course
        for course in courses(patient.events(), policy)
        if any(override.event_id in fact.evidence for fact in course.facts)
    ]
    assert all(course.stage == stage and course.since == override.occurred_at for course in mine)
    assert mine or patient.episode_id not in under(said, policy).episodes


def the_set_of_events_gives_the_stages(said: list[Event], other: list[Event], policy: Policy) -> None:
    one, again = under(said, policy), under(other, policy)
    assert {name: each.facts for name, each in one.episodes.items()} == {
        name: each.facts for name, each in again.episodes.items()
    }


def the_evidence_alone_gives_the_decision(known: Derived) -> int:
    """Takes every decision again; gives how many there were."""
    count = 0
    for episode in known.episodes.values():
        for track in (each.course for each in episode.tracks):
            for decision in track.decisions:
                again = retaken(
                    decision.stands_on,
                    episode.gathered.events,
                    track.track,
                    lambda program, name=track.track, at=episode.ground: at.policy_of(
                        program, at.condition, name
                    ),
                )
                assert {name: getattr(decision, name) for name in vars(again)} == vars(again)
                count += 1
    return count
