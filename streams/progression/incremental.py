"""What follows from a state, worked out once, and from the state before where the new event allows it.

Events that move no stage by their mere presence change an episode from their time on: its sessions from
there are gathered anew, and each track's walk is resumed before them. Any other event has the episodes
that it changed derived from all their events. Both give the same bytes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from contracts.events import ExerciseSetRecorded, OutcomeMeasured, SessionRecorded, SymptomReported
from streams.progression import outcomes, sessions
from streams.progression.attribution import Gathered, episode_of, order
from streams.progression.course import Ground, walk
from streams.progression.derive import (
    Derived,
    Episode,
    adherences,
    derived_beside,
    derived_under,
    now,
    released,
    reports_of,
)
from streams.progression.noticing import quality_notes
from streams.progression.outcomes import baseline_window
from streams.progression.sessions import Session, Sessions
from streams.progression.signals import pain_trend, reading
from streams.progression.state import Contribution, Growth, PatientState

E = TypeVar("E", bound=Contribution)

_PART_OF: Final = {
    SessionRecorded: "sessions",
    SymptomReported: "symptoms",
    ExerciseSetRecorded: "sets",
    OutcomeMeasured: "outcomes",
}


def derived(state: PatientState) -> Derived:
    """What follows from a state; worked out once per state."""
    known: Derived | None = state.memo.get("derived")
    if known is None:
        known = state.memo["derived"] = _derived(state)
        state.memo.pop("growth", None)
    return known


def _derived(state: PatientState) -> Derived:
    growth: Growth | None = state.memo.get("growth")
    if growth is None:
        return derived_under(state, released)
    return _extended(growth.base, growth.added(), growth.corrected) or derived_beside(state, growth.base)


def _extended(
    known: Derived, added: Sequence[Contribution | None], corrected: frozenset[str]
) -> Derived | None:
    """What follows after these events, or None when one of them is no mere addition."""
    episodes = {name: each.gathered for name, each in known.episodes.items()}
    groups: dict[str | None, list[Contribution]] = {}
    for event in added:
        if event is None or type(event) not in _PART_OF or event.event_id in corrected:
            return None
        name = episode_of(event, episodes)
        groups.setdefault(name if name in episodes else None, []).append(event)
    rest = inserted(known.unattributed, groups.pop(None, ()))
    after = {name: grown(known.episodes[name], group) for name, group in groups.items() if name is not None}
    return Derived({**known.episodes, **after}, rest)


def grown(before: Episode, added: Sequence[Contribution]) -> Episode:
    """The episode after some more events: sessions, symptoms, sets or measurements of any time."""
    by_part: dict[str, list[Any]] = {}
    for event in added:
        by_part.setdefault(_PART_OF[type(event)], []).append(event)
    parts: dict[str, Any] = {
        part: inserted(getattr(before.gathered, part), new) for part, new in by_part.items()
    }
    gathered = replace(before.gathered, events=inserted(before.gathered.events, added), **parts)
    of_sessions = [each for each in added if not isinstance(each, OutcomeMeasured)]
    after = _with_sessions(before, gathered, of_sessions) if of_sessions else before
    measured = outcomes.grown(before.outcomes, gathered, after.window, by_part.get("outcomes", ()))
    if after.window != before.window:
        measured = outcomes.outcomes_of(gathered, after.window)
    quality = quality_notes(gathered, after.sessions, after.ground.policy_of)
    memo = {"grown_from": (before, added)}
    return replace(after, gathered=gathered, outcomes=measured, quality=quality, memo=memo)


def inserted(known: tuple[E, ...], added: Iterable[E]) -> tuple[E, ...]:
    """The events with some more, each at its place; ``known`` are in the order of time and id."""
    more = sorted(added, key=order)
    at = len(known)
    while at and more and order(known[at - 1]) > order(more[0]):
        at -= 1
    return (*known[:at], *sorted((*known[at:], *more), key=order))


def _with_sessions(before: Episode, gathered: Gathered, added: Sequence[Any]) -> Episode:
    cut = min(sessions.settled(before.sessions, event) for event in added)
    found = sessions.grown(before.sessions, added, cut)
    attended = sum(session.attended for session in before.sessions.all[:cut])
    ground = _ground(before.ground, before.sessions.all[:cut], attended, gathered, found)
    courses = [
        walk(ground, old.track, before.marks[old.track], old.standings[: attended + 1])
        for old in (each.course for each in before.tracks)
    ]
    trend = pain_trend(ground.readings)
    reported = any(isinstance(event, SessionRecorded) for event in added)
    return replace(
        before,
        sessions=found,
        ground=ground,
        tracks=tuple(now(course, ground, gathered, trend) for course in courses),
        window=baseline_window(gathered, found.all) if reported else before.window,
    )


def _ground(
    before: Ground, kept: tuple[Session, ...], attended: int, gathered: Gathered, found: Sessions
) -> Ground:
    """What the tracks share, anew from the sessions after those that are kept (``attended`` of them were)."""
    rest = found.all[len(kept) :]
    reports = sum(len(each.reports) for each in kept)
    readings = (reading(session) for session in rest if session.attended)
    return replace(
        before,
        readings=(*before.readings[:attended], *readings),
        adherences=(*before.adherences[:attended], *adherences(gathered, found, len(kept))),
        all_sessions=(*before.all_sessions[:reports], *reports_of(rest)),
    )
