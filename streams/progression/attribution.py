"""Which episode an event belongs to, after corrections.

An event with an explicit episode belongs to it; else to the patient's episode that was open at
``occurred_at`` and whose programs cover its muscle group and side, of several to the one opened
last; else to none. An episode exists from the event that opens it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from contracts.events import (
    EpisodeClosed,
    EpisodeOpened,
    Event,
    EventCorrected,
    ExerciseSetRecorded,
    OutcomeMeasured,
    ProgramAssigned,
    SessionRecorded,
    StageOverridden,
    SymptomReported,
    corrected,
)
from contracts.vocabulary import Side
from streams.progression.ladder import same_side
from streams.progression.state import Contribution, PatientState, slim


@dataclass(frozen=True)
class Gathered:
    """One episode's events after corrections, each list by (occurred_at, event id)."""

    opened: EpisodeOpened
    closed: EpisodeClosed | None
    programs: tuple[ProgramAssigned, ...]
    sessions: tuple[SessionRecorded, ...]
    symptoms: tuple[SymptomReported, ...]
    sets: tuple[ExerciseSetRecorded, ...]
    outcomes: tuple[OutcomeMeasured, ...]
    overrides: tuple[StageOverridden, ...]
    events: tuple[Contribution, ...]
    """All of them."""
    misfits: int
    """Corrections that do not fit what they correct."""


@dataclass(frozen=True)
class Attributed:
    """All of a patient's events, by episode; ``unattributed`` belong to no opened episode."""

    episodes: dict[str, Gathered]
    unattributed: tuple[Contribution, ...]


class Stay(Protocol):
    """What attribution asks of an episode."""

    @property
    def opened(self) -> EpisodeOpened:
        """The event that opened it."""

    @property
    def closed(self) -> EpisodeClosed | None:
        """The first event that closed it."""

    @property
    def programs(self) -> Sequence[ProgramAssigned]:
        """The programs of any time."""


@dataclass
class _Open:
    """An episode while its events are being gathered."""

    opened: EpisodeOpened
    events: list[Contribution] = field(default_factory=list)
    closed: EpisodeClosed | None = None
    programs: list[ProgramAssigned] = field(default_factory=list)


def order(event: Contribution | EventCorrected) -> tuple[datetime, str]:
    """The order of events: by event time, then by id."""
    return (event.occurred_at, event.event_id)


def attributed(state: PatientState) -> Attributed:
    """The patient's events by episode."""
    events, misfits = _effective(state)
    found = _opened(events)
    rest: list[Contribution] = []
    for event in events:
        name = episode_of(event, found)
        if name in found:
            found[name].events.append(event)
        else:
            rest.append(event)
    episodes = {name: _gathered(one, misfits) for name, one in sorted(found.items())}
    return Attributed(episodes, tuple(rest))


def _effective(state: PatientState) -> tuple[list[Contribution], set[str]]:
    """Every standing event with its winning correction applied; and ids whose correction does not fit."""
    winners: dict[str, EventCorrected] = {}
    for correction in state.corrections.values():
        known = winners.get(correction.corrects)
        if known is None or order(correction) > order(known):
            winners[correction.corrects] = correction
    events = dict(state.said)
    misfits: set[str] = set()
    for target, correction in winners.items():
        event = events.get(target)
        if event is None:
            continue
        right: Event | None = corrected(event, correction.changes)
        if right is None:
            misfits.add(target)
        else:
            events[target] = slim(right)  # type: ignore[arg-type]
    return sorted(events.values(), key=order), misfits


def _opened(events: Iterable[Contribution]) -> dict[str, _Open]:
    found: dict[str, _Open] = {}
    for event in events:
        if isinstance(event, EpisodeOpened):
            found.setdefault(event.episode_id, _Open(event))
    for event in events:
        if isinstance(event, EpisodeClosed) and event.episode_id in found:
            one = found[event.episode_id]
            one.closed = one.closed or event
        elif isinstance(event, ProgramAssigned) and event.episode_id in found:
            found[event.episode_id].programs.append(event)
    return found


def episode_of(event: Contribution, episodes: Mapping[str, Stay]) -> str | None:
    """The id of the episode that the event belongs to, whether it was opened or not; None: to none."""
    if event.episode_id is not None:
        return event.episode_id
    at = event.occurred_at
    group, side = getattr(event, "muscle_group", None), getattr(event, "side", None)
    fits = [
        one
        for one in episodes.values()
        if one.opened.occurred_at <= at
        and (one.closed is None or at <= one.closed.occurred_at)
        and (group is None or any(_covers(program, group, side) for program in one.programs))
    ]
    return max(fits, key=lambda one: order(one.opened)).opened.episode_id if fits else None


def _covers(program: ProgramAssigned, group: str, side: Side | None) -> bool:
    sides = [track.side for track in program.tracks if track.muscle_group == group]
    if sides:
        return any(same_side(one, side) for one in sides)
    return group in program.muscle_groups


def _gathered(one: _Open, misfits: set[str]) -> Gathered:
    by_type: dict[type, list[Contribution]] = {}
    for event in one.events:
        by_type.setdefault(type(event), []).append(event)
    return Gathered(
        opened=one.opened,
        closed=one.closed,
        programs=tuple(one.programs),
        sessions=tuple(by_type.get(SessionRecorded, ())),  # type: ignore[arg-type]
        symptoms=tuple(by_type.get(SymptomReported, ())),  # type: ignore[arg-type]
        sets=tuple(by_type.get(ExerciseSetRecorded, ())),  # type: ignore[arg-type]
        outcomes=tuple(by_type.get(OutcomeMeasured, ())),  # type: ignore[arg-type]
        overrides=tuple(by_type.get(StageOverridden, ())),  # type: ignore[arg-type]
        events=tuple(one.events),
        misfits=sum(event.event_id in misfits for event in one.events) if misfits else 0,
    )
