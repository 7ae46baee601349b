"""What the events were that a decision cites: kind, time, and what each said, in a few words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.events import (
    ExerciseSetRecorded,
    OutcomeMeasured,
    ProgramAssigned,
    SessionRecorded,
    StageOverridden,
    SymptomReported,
)
from streams.progression.state import Contribution

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "EpisodeOpened": ("opening of the episode", "openings of the episode"),
    "ProgramAssigned": ("program", "programs"),
    "SessionRecorded": ("session report", "session reports"),
    "SymptomReported": ("symptom report", "symptom reports"),
    "ExerciseSetRecorded": ("exercise set", "exercise sets"),
    "OutcomeMeasured": ("measurement", "measurements"),
    "StageOverridden": ("stage set by a therapist", "stages set by a therapist"),
    "EpisodeClosed": ("closing of the episode", "closings of the episode"),
    "Unknown": ("event that is no longer kept", "events that are no longer kept"),
}
"""By type of event, what people call one and several of them, in the order in which they are told."""


@dataclass(frozen=True)
class Cited:
    """One event of the evidence; ``what`` says it in words. An event that was taken back has no time."""

    event_id: str
    kind: str
    occurred_at: datetime | None
    what: str


def cited(ids: Iterable[str], events: Mapping[str, Contribution]) -> tuple[Cited, ...]:
    """The events of these ids as they stand after corrections, by time and id."""
    found = [_cited(name, events.get(name)) for name in ids]
    return tuple(sorted(found, key=lambda each: (str(each.occurred_at or ""), each.event_id)))


def by_kind(evidence: Iterable[Cited]) -> dict[str, list[Cited]]:
    """The evidence by the type of its events, in the order of ``KINDS``."""
    found: dict[str, list[Cited]] = {kind: [] for kind in KINDS}
    for each in evidence:
        found[each.kind].append(each)
    return {kind: group for kind, group in found.items() if group}


def _cited(name: str, event: Contribution | None) -> Cited:
    if event is None:
        return Cited(name, "Unknown", None, "no longer kept")
    return Cited(name, type(event).__name__, event.occurred_at, _what(event))


def _what(event: Contribution) -> str:
    if isinstance(event, SessionRecorded):
        came = "attended" if event.attended else "missed"
        return _words(came, "at home" if event.place == "home" else "in the clinic", event.missed_reason)
    if isinstance(event, SymptomReported):
        pain = None if event.pain is None else f"pain {event.pain:g}"
        return _words(event.phase, pain, None if event.soreness is None else f"soreness {event.soreness}")
    if isinstance(event, ExerciseSetRecorded):
        reps = None if event.completed_reps is None else f"{event.completed_reps} repetitions"
        return _words(event.exercise, event.side, reps)
    if isinstance(event, OutcomeMeasured):
        return _words(event.measure, f"{event.value:g} {event.unit}")
    if isinstance(event, ProgramAssigned):
        return _words(event.program, f"policy {event.policy} version {event.policy_version}")
    if isinstance(event, StageOverridden):
        return _words(event.muscle_group, event.side, f"to {event.to_stage}", event.reason_code)
    return KINDS[type(event).__name__][0]


def _words(*parts: str | None) -> str:
    return ", ".join(part.replace("_", " ") for part in parts if part)
