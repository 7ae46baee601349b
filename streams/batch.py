"""A fetch of one partition, folded: records in, states, fact changes and quarantined records out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from contracts import events
from contracts.events import Event
from streams.progression.decisions import FactChange
from streams.progression.fold import decide, evolve
from streams.progression.state import PatientState, initial
from streams.rows import QuarantinedRow

REASONS: Final[dict[str, str]] = {
    "empty": "the record has no value",
    "not_decodable": "the value is not a canonical event",
    "wrong_key": "the message key is not the event's patient key",
    "not_foldable": "the fold failed on the event",
}
"""Why a record is set aside; the codes of the topic ``quarantined``."""

_PATH: Final = re.compile(r"at `(\$[^`]*)`")


class FromTheFuture(Exception):
    """A record is of a newer version than this program; the message says where and what to do."""


class Record(Protocol):
    """What is needed of a Kafka record."""

    @property
    def offset(self) -> int: ...  # noqa: D102
    @property
    def key(self) -> bytes | None: ...  # noqa: D102
    @property
    def value(self) -> bytes | None: ...  # noqa: D102


@dataclass(frozen=True)
class Fetched:
    """Records of one partition; ``epoch`` is that of the store for which they were fetched."""

    partition: int
    epoch: int
    from_offset: int
    to_offset: int
    records: Sequence[Record]


@dataclass(frozen=True)
class Decoded:
    """The events of a fetch with their offsets, and the records that are none."""

    events: tuple[tuple[int, Event], ...]
    quarantined: tuple[QuarantinedRow, ...]

    def patient_keys(self) -> set[str]:
        """The patients whom these events touch."""
        return {event.patient_key for _, event in self.events}


@dataclass(frozen=True)
class Folded:
    """The touched states after a fetch, and what changed in the standing facts."""

    states: Mapping[str, PatientState]
    changes: tuple[FactChange, ...]
    quarantined: tuple[QuarantinedRow, ...]


def decode(records: Iterable[Record], place: str) -> Decoded:
    """The records as events; raises ``FromTheFuture`` for a newer schema or an unknown event type."""
    decoded: list[tuple[int, Event]] = []
    quarantined: list[QuarantinedRow] = []
    for record in records:
        event = _event_of(record, place)
        if isinstance(event, QuarantinedRow):
            quarantined.append(event)
        else:
            decoded.append((record.offset, event))
    return Decoded(tuple(decoded), tuple(quarantined))


def fold(decoded: Decoded, before: Mapping[str, PatientState]) -> Folded:
    """The states of the touched patients after these events, in their order.

    An event on which the fold fails is set aside, and its neighbours proceed.
    """
    states: dict[str, PatientState] = {}
    quarantined = list(decoded.quarantined)
    for offset, event in decoded.events:
        key = event.patient_key
        state = states.get(key) or before.get(key) or initial()
        try:
            states[key] = evolve(state, event)
        except (
            Exception
        ) as failure:  # the record is kept and named with the failure's type, so nothing is lost
            quarantined.append(QuarantinedRow(offset, "not_foldable", type(failure).__name__))
    changes: list[FactChange] = []
    for key, after in states.items():
        changes.extend(decide(before.get(key) or initial(), after))
    return Folded(states, tuple(changes), tuple(sorted(quarantined, key=lambda row: row.record_offset)))


def _event_of(record: Record, place: str) -> Event | QuarantinedRow:
    if record.value is None:
        return QuarantinedRow(record.offset, "empty", "$")
    try:
        event = events.decode(record.value)
    except msgspec.DecodeError as problem:
        if events.is_from_the_future(record.value):
            raise FromTheFuture(
                f"The record at offset {record.offset} of {place} is of a newer version than this program "
                f"knows (schema {events.SCHEMA_VERSION}): start the version of Myomap that wrote it. "
                "Nothing was skipped."
            ) from problem
        found = _PATH.search(str(problem))
        return QuarantinedRow(record.offset, "not_decodable", found[1] if found else "$")
    if record.key != event.patient_key.encode():
        return QuarantinedRow(record.offset, "wrong_key", "$.patient_key")
    return event
