"""What to watch on a track: trend, plateau, step back, adherence, review, load, and decisions that wait."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from contracts.vocabulary import STAGES
from streams.progression.assess import Assessment
from streams.progression.derive import Episode, TrackNow
from streams.progression.evaluate import Missing, matches
from streams.progression.ladder import named
from streams.progression.load import load_advice
from streams.progression.moments import shifted
from streams.progression.signals import Signals
from streams.progression.wording import day

RECENT: Final = timedelta(days=28)
"""So long before the last decision a stop or step back is still told; a reading aid."""
STEADY: Final = 0.1
"""Points of pain a week below which a trend is no trend; a reading aid, no threshold of a rule."""


def watched(
    track: TrackNow, episode: Episode, assessment: Assessment | None, now: datetime
) -> tuple[Missing, ...]:
    """What stands out, the most pressing first; codes for programs, sentences for people."""
    found = (
        *_setbacks(track, episode),
        *_moves(track),
        *_pain(track),
        *_adherence(track, assessment),
        *_review(track, assessment, now),
        *_waiting(track),
        *_load(track, episode),
    )
    return tuple(found)


def _setbacks(track: TrackNow, episode: Episode) -> Iterator[Missing]:
    """The last stop or step back that the sessions of the last weeks asked for."""
    decisions = track.course.decisions
    asked = [each for each in decisions if each.action in ("stop", "regress")]
    if not asked or asked[-1].decided_at < shifted(decisions[-1].decided_at, -RECENT):
        return
    last, on = asked[-1], day(asked[-1].decided_at, episode.gathered.opened.zone)
    what = "a stop" if last.action == "stop" else "a step back"
    lowest = ", already on the lowest stage" if last.to_stage == last.from_stage == STAGES[0] else ""
    yield Missing(f"recent_{last.action}", f"a session called for {what} on {on}{lowest}: {last.says}")


def _moves(track: TrackNow) -> Iterator[Missing]:
    course = track.course
    if track.regression:
        yield Missing("regression", f"the last move was a step back, to {named(course.stage)}")
    if track.plateau:
        yield Missing("plateau", f"a plateau: {course.sessions_in_stage} sessions in this stage")


def _pain(track: TrackNow) -> Iterator[Missing]:
    trend = track.pain_trend
    if trend is None:
        yield Missing("pain_unknown", "the trend of pain is not known: fewer than three sessions told it")
    elif abs(trend) < STEADY:
        yield Missing("pain_steady", "pain during the sessions stays about the same")
    else:
        way = "rises" if trend > 0 else "falls"
        points = f"{abs(trend):.1f} points a week"
        yield Missing(f"pain_{way}", f"pain during the sessions {way} by {points} over the last sessions")


def _adherence(track: TrackNow, assessment: Assessment | None) -> Iterator[Missing]:
    if assessment is None or assessment.adherence_14d is None:
        return
    share = assessment.adherence_14d
    policy = track.course.policy
    rules = [rule for rule in policy.hold if rule.signal == "adherence_14d"] if policy else []
    low = any(matches(rule, Signals(adherence_14d=share)) for rule in rules)
    dose = f"{share:.0%} of the dose of the last 14 days was done"
    if low:
        yield Missing("adherence_low", f"adherence is low: {dose}, and the policy holds at that")
    else:
        yield Missing("adherence", f"adherence: {dose}")


def _review(track: TrackNow, assessment: Assessment | None, now: datetime) -> Iterator[Missing]:
    due = track.next_review_at
    if due is None or assessment is None:
        return
    days = abs((now - due).days)
    if track.course.track in assessment.overdue:
        yield Missing(
            "review_overdue", f"the review is overdue by {_days(days)}" if days else "the review is due"
        )
    else:
        yield Missing("review_due", f"the next review is due in {_days((due - now).days)}")


def _waiting(track: TrackNow) -> Iterator[Missing]:
    if track.course.waiting:
        yield Missing("waiting", "the last session is not decided on yet: its next morning was not reported")


def _load(track: TrackNow, episode: Episode) -> Iterator[Missing]:
    advice = load_advice(track.course, episode.sessions)
    if advice:
        yield Missing("load", advice[0].lower() + advice[1:].rstrip("."))


def _days(count: int) -> str:
    return {0: "less than a day", 1: "1 day"}.get(count, f"{count} days")
