"""What follows from a state, worked out once, and from the state before where the new event allows it.

An event that is the latest of its episode, and that moves no stage by its mere presence, changes only
the episode's last sessions: those are gathered anew, and each track's walk is resumed before them. Any
other event has the episodes that it changed derived from all their events. Both give the same bytes.
"""

from dataclasses import replace
from typing import Any, Final

from contracts.events import ExerciseSetRecorded, OutcomeMeasured, SessionRecorded, SymptomReported
from streams.progression import outcomes, sessions
from streams.progression.attribution import Gathered, episode_of, order
from streams.progression.course import Ground, walk
from streams.progression.derive import (
    Derived,
    Episode,
    TrackNow,
    adherences,
    derived_beside,
    derived_under,
    now,
    released,
    reports_of,
)
from streams.progression.noticing import quality_notes
from streams.progression.outcomes import baseline_window
from streams.progression.sessions import Part, Session, Sessions
from streams.progression.signals import reading
from streams.progression.state import Contribution, Growth, PatientState

Late = None
"""Said of an event after which an episode has to be derived from all its events."""

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
    if growth is None or growth.base is None:
        return derived_under(state, released)
    known: Derived | None = growth.base
    for event in growth.events():
        known = None if event is None or event.event_id in growth.corrected else _after(known, event)
        if known is None:
            return derived_beside(state, growth.base)
    return known or growth.base


def _after(known: Derived | None, event: Contribution) -> Derived | None:
    """What follows after one more event, or ``Late``."""
    if known is None or type(event) not in _PART_OF:
        return Late
    name = episode_of(event, {name: each.gathered for name, each in known.episodes.items()})
    if name is None or name not in known.episodes:
        last = known.unattributed[-1:]
        if last and order(last[0]) > order(event):
            return Late
        return Derived(known.episodes, (*known.unattributed, event))
    before = known.episodes[name]
    if order(event) < order(before.gathered.events[-1]):
        return Late
    return Derived({**known.episodes, name: grown(before, event)}, known.unattributed)


def grown(before: Episode, event: Contribution) -> Episode:
    """The episode after one more event, the latest of all."""
    part = _PART_OF[type(event)]
    added: dict[str, Any] = {part: (*getattr(before.gathered, part), event)}
    gathered = replace(before.gathered, events=(*before.gathered.events, event), **added)
    if isinstance(event, SessionRecorded | SymptomReported | ExerciseSetRecorded):
        after = _with_sessions(before, gathered, event)
    else:
        measured = outcomes.grown(before.outcomes, gathered, before.window)
        after = replace(before, gathered=gathered, outcomes=measured)
    quality = quality_notes(gathered, after.sessions, after.ground.policy_of)
    return replace(after, quality=quality, memo={"grown_from": (before, event)})


def _with_sessions(before: Episode, gathered: Gathered, event: SessionRecorded | Part) -> Episode:
    cut = sessions.settled(before.sessions, event)
    found = sessions.grown(before.sessions, event, cut)
    attended = sum(session.attended for session in before.sessions.all[:cut])
    ground = _ground(before.ground, before.sessions.all[:cut], attended, gathered, found)
    window = baseline_window(gathered, found.all) if isinstance(event, SessionRecorded) else before.window
    return replace(
        before,
        gathered=gathered,
        sessions=found,
        ground=ground,
        tracks=tuple(_resumed(each, before, ground, gathered, attended) for each in before.tracks),
        window=window,
        outcomes=before.outcomes if window == before.window else outcomes.outcomes_of(gathered, window),
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


def _resumed(track: TrackNow, before: Episode, ground: Ground, gathered: Gathered, attended: int) -> TrackNow:
    name = track.course.track
    course = walk(ground, name, before.marks[name], track.course.standings[: attended + 1])
    return now(course, ground, gathered)
