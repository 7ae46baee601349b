"""The events that fired a decision: enough that the cited policy gives the same decision on them alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from streams.progression.evaluate import Verdict
from streams.progression.ladder import Track
from streams.progression.moments import shifted
from streams.progression.signals import FORTNIGHT, WEEK, Reading, sets_of

if TYPE_CHECKING:
    from streams.progression.course import Ground


def evidence_of(
    ground: Ground,
    track: Track,
    position: int,
    verdict: Verdict,
    streak: tuple[int, ...],
    sign_off: str | None,
    decided_at: datetime,
) -> tuple[str, ...]:
    """Event ids, sorted: the program, the sessions that counted with symptoms and sets, their fortnights."""
    counted = set(streak) | {position}
    found: set[str] = set()
    for each in counted:
        reading = ground.readings[each]
        found |= _of_session(reading, track, ground)
        found |= _fortnight(ground, reading.session.start)
    if verdict.rule == "pain_rising":
        found |= _pains(ground.readings[: position + 1], ground.readings[position].session.start)
    if verdict.rule == "next_morning_worse":
        found |= _mornings(ground.readings[:position])
    if position + 1 < len(ground.readings):
        following = ground.readings[position + 1].session
        if following.start == decided_at:
            found |= {report.event_id for report in following.reports}
    found |= {program.event_id for program in ground.programs if program.occurred_at <= decided_at}
    return tuple(sorted(found | ({sign_off} if sign_off else set())))


def _of_session(reading: Reading, track: Track, ground: Ground) -> set[str]:
    session = reading.session
    parts = (*session.reports, *session.symptoms, *sets_of(session, track, ground.tracks))
    return {each.event_id for each in parts}


def _fortnight(ground: Ground, at: datetime) -> set[str]:
    begin = shifted(at, -FORTNIGHT)
    return {name for start, name in ground.all_sessions if begin < start <= at}


def _pains(readings: Iterable[Reading], at: datetime) -> set[str]:
    begin = shifted(at, -3 * WEEK)
    return {
        each.event_id
        for reading in readings
        if reading.session.start > begin
        for each in (*reading.session.reports, *reading.session.symptoms)
        if getattr(each, "phase", "during") == "during"
    }


def _mornings(readings: Iterable[Reading]) -> set[str]:
    told = [reading for reading in readings if reading.next_morning is not None][-3:]
    return {
        each.event_id
        for reading in told
        for each in (*reading.session.reports, *reading.session.symptoms)
        if getattr(each, "phase", "next_morning") == "next_morning"
    }
