"""When the load may rise: the two-for-two rule, from the stage that the policy names."""

from streams.progression.course import Course
from streams.progression.ladder import rung
from streams.progression.policy import Load
from streams.progression.sessions import Session, Sessions
from streams.progression.signals import sets_of


def load_advice(course: Course, sessions: Sessions) -> str | None:
    """A sentence when the load may rise, else None."""
    if course.policy is None or rung(course.stage) < rung(course.policy.load.from_stage):
        return None
    if not may_rise(course, sessions, course.policy.load):
        return None
    low, high = course.policy.load.increment_pct
    return f"The load may rise by {low:g} to {high:g} % (two for two)."


def may_rise(course: Course, sessions: Sessions, rule: Load) -> bool:
    """Whether the last set went far enough over its target in each of the last sessions in this stage."""
    trained = [
        session
        for session in sessions.attended
        if session.start >= course.since and sets_of(session, course.track, (course.track,))
    ]
    recent = trained[-rule.sessions :]
    return len(recent) == rule.sessions and all(
        _over_target(each, course, rule.extra_reps) for each in recent
    )


def _over_target(session: Session, course: Course, extra: int) -> bool:
    last = max(
        sets_of(session, course.track, (course.track,)), key=lambda each: (each.occurred_at, each.event_id)
    )
    if last.prescribed_reps is None or last.completed_reps is None:
        return False
    return last.completed_reps >= last.prescribed_reps + extra
