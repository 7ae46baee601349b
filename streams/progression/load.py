"""When the load may change, from the stage that the policy names: by two-for-two or by DAPRE."""

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from contracts.events import ExerciseSetRecorded
from streams.progression.course import Course
from streams.progression.ladder import Track
from streams.progression.policy_schema import Adjustment, Load, Policy
from streams.progression.sessions import Session, Sessions
from streams.progression.signals import sets_of


@dataclass(frozen=True)
class Advised:
    """What a load rule advises, with the events that it stands on.

    low, high: by how much the load may change, in ``unit``; where both are 0 it stays.
    """

    low: float
    high: float
    unit: str
    says: str
    event_ids: tuple[str, ...]


def load_advice(course: Course, sessions: Sessions) -> str | None:
    """A sentence about the load, else None."""
    advised = advised_load(course, sessions)
    return None if advised is None else advised.says


def advised_load(course: Course, sessions: Sessions) -> Advised | None:
    """What the policy's load rule advises after the last session.

    None below the rule's first stage, and where the last session was stopped, set back or held by a rule.
    """
    policy = course.policy
    if policy is None or course.stage < policy.load.from_stage or _blocked(course, policy):
        return None
    trained = trained_since(sessions, course.track, course.since)
    return dapre(trained, policy.load) if policy.load.method == "dapre" else two_for_two(trained, policy.load)


Trained = list[tuple[Session, list[ExerciseSetRecorded]]]
"""Attended sessions with the sets that trained the track, each by time."""


def trained_since(sessions: Sessions, track: Track, since: datetime) -> Trained:
    """The sessions since an instant that trained the track."""
    found = []
    for session in sessions.attended:
        sets = sets_of(session, track, (track,)) if session.start >= since else []
        if sets:
            found.append((session, sorted(sets, key=lambda each: (each.occurred_at, each.event_id))))
    return found


def two_for_two(trained: Trained, rule: Load) -> Advised | None:
    """More load, where the last set went far enough over its target in each of the last sessions."""
    recent = [sets[-1] for _, sets in trained[-rule.sessions :]]
    if rule.increment_pct is None or len(recent) < rule.sessions:
        return None
    if not all(_over_target(each, rule.extra_reps) for each in recent):
        return None
    low, high = rule.increment_pct
    says = f"The load may rise by {low:g} to {high:g} % (two for two)."
    return Advised(low, high, "%", says, tuple(each.event_id for each in recent))


def dapre(trained: Trained, rule: Load) -> Advised | None:
    """The working weight by the repetitions of the third set (for the fourth) or the fourth (for next time).

    Of the last session, and of the exercise with which it ended.
    """
    sets = trained[-1][1] if trained else []
    last = list(takewhile(lambda each: each.exercise == sets[-1].exercise, reversed(sets)))[::-1]
    fourth = len(last) >= 4
    judged = last[3] if fourth else last[2] if len(last) == 3 else None
    row = None if judged is None else _row(rule, judged.completed_reps)
    if judged is None or row is None:
        return None
    low, high = row.next_session_kg if fourth else row.fourth_set_kg
    whose = "next session" if fourth else "fourth set"
    reps = "1 repetition" if judged.completed_reps == 1 else f"{judged.completed_reps} repetitions"
    why = f"DAPRE: {reps} in the {'fourth' if fourth else 'third'} set"
    return Advised(low, high, "kg", f"{_way(low, high, whose)} ({why}).", (judged.event_id,))


def _way(low: float, high: float, whose: str) -> str:
    if low == high == 0:
        return f"The working weight of the {whose} stays"
    if high <= 0:
        return f"The working weight of the {whose} goes down by {-high:g} to {-low:g} kg"
    return f"The working weight of the {whose} may rise by {low:g} to {high:g} kg"


def _row(rule: Load, reps: int | None) -> Adjustment | None:
    for row in rule.table:
        if reps is not None and row.reps_from <= reps and (row.reps_to is None or reps <= row.reps_to):
            return row
    return None


def _over_target(last: ExerciseSetRecorded, extra: int) -> bool:
    if last.prescribed_reps is None or last.completed_reps is None:
        return False
    return last.completed_reps >= last.prescribed_reps + extra


def _blocked(course: Course, policy: Policy) -> bool:
    """Whether the last decision was because something was wrong, and not merely not yet enough."""
    last = course.last_decision
    if last is None or last.decided_at < course.since:
        return False
    held = last.action == "hold" and any(rule.rule == last.rule for rule in policy.hold)
    return held or last.action in ("stop", "regress")
