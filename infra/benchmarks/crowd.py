"""Many patients with histories of real size, as rows for a store and as values for a changelog.

The demo's patients are folded once and then copied under other keys. All keys are 32 hex digits, in what
is stored as text or as 16 bytes, so a copy is the same bytes with the keys exchanged, derived anew.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from contracts import events
from infra.benchmarks.clinics import Said
from streams.progression.codec import decode, encode
from streams.progression.fold import evolve
from streams.progression.state import PatientState, initial

LATER: Final = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
"""After everything that the clinics said."""


@dataclass(frozen=True)
class Member:
    """One patient of the crowd, with the rows of the store."""

    key: str
    episode: str
    muscle_group: str
    side: str
    row: bytes
    view: bytes
    detail: bytes

    @property
    def value(self) -> bytes:
        """All of it as one value, as the stock processors store it."""
        return msgspec.msgpack.encode([self.row, [[self.episode, self.view, self.detail]]])


def crowd(said: Sequence[Said], size: int) -> Iterator[Member]:
    """So many patients; those of the clinics that have one episode with a track, over and over."""
    members = _members(said)
    for number in range(size):
        yield _copy(members[number % len(members)], number // len(members))


def visit(member: Member, number: int) -> list[Said]:
    """What is said of one more session of a patient: itself, two sets, and symptoms during and after."""
    at = LATER + timedelta(days=number)
    named = {"episode_id": member.episode, "session_id": _hashed("visit", member.key, str(number))}
    trained = {"muscle_group": member.muscle_group, "side": member.side, "exercise": "bridge"}
    performed = trained | {"prescribed_reps": 10, "completed_reps": 10, "correct_reps": 9, "load_kg": 5.0}
    parts: list[tuple[type[events.Envelope], int, dict[str, Any]]] = [
        (events.SessionRecorded, 0, {"place": "clinic", "attended": True, "quality": 0.9}),
        (events.ExerciseSetRecorded, 5, performed),
        (events.ExerciseSetRecorded, 9, performed),
        (events.SymptomReported, 20, {"phase": "during", "pain": 1.0}),
        (events.SymptomReported, 45, {"phase": "after", "pain": 1.0, "soreness": "none"}),
    ]
    return [
        _said(kind, member.key, at + timedelta(minutes=minutes), **named, **fields)
        for kind, minutes, fields in parts
    ]


def _members(said: Sequence[Said]) -> list[Member]:
    states: dict[str, PatientState] = {}
    for each in said:
        event = events.decode(each.value)
        states[event.patient_key] = evolve(states.get(event.patient_key) or initial(), event)
    found = (_member(key, state) for key, state in sorted(states.items()))
    return [member for member in found if member is not None]


def _member(key: str, state: PatientState) -> Member | None:
    row, episodes = encode(state)
    if len(episodes) != 1:
        return None
    ((episode, (view, detail)),) = episodes.items()
    tracks = msgspec.json.decode(view)["tracks"]
    if not tracks:
        return None
    return Member(key, episode, tracks[0]["muscle_group"], tracks[0]["side"], row, view, detail)


def _copy(member: Member, round_: int) -> Member:
    if round_ == 0:
        return member
    key, episode = (_hashed("copy", each, str(round_)) for each in (member.key, member.episode))

    def renamed(content: bytes) -> bytes:
        for old, new in ((member.key, key), (member.episode, episode)):
            content = content.replace(old.encode(), new.encode())
            content = content.replace(bytes.fromhex(old), bytes.fromhex(new))
        return content

    state = decode(renamed(member.row), {episode: renamed(member.detail)})
    row, episodes = encode(state)
    return Member(key, episode, member.muscle_group, member.side, row, *episodes[episode])


def _said(kind: type[events.Envelope], key: str, at: datetime, **fields: Any) -> Said:
    name = events.event_id_of(key, "bench_form", kind.__name__, (at.isoformat(),))
    carried: dict[str, Any] = {"event_id": name, "patient_key": key, "occurred_at": at, "received_at": at}
    event: Any = kind(**carried, source="bench_form", contract_version=1, **fields)
    return Said(key.encode(), events.encode(event))


def _hashed(*words: str) -> str:
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:32]
