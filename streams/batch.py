"""A fetch of one partition, folded: records in, states, fact changes and quarantined records out.

What cannot be read or folded is found and set aside; its neighbours go on as if it had not been there.
"""

import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePath
from typing import Final, Protocol

from contracts import events
from contracts.events import Event, EventCorrected
from contracts.parse import DEEPEST
from streams.progression.codec import encode
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

OF_THE_MACHINE: Final = (MemoryError, RecursionError, OSError, ImportError, SystemError)
"""Failures that speak of this process and not of an event: they set nothing aside, they stop the worker."""

_PATH: Final = re.compile(r"at `(\$[^`]*)`")
_TEXT: Final = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET: Final = re.compile(rb"[\[{}\]]")


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


Placed = tuple[int, Event]
"""An event with its offset."""


@dataclass(frozen=True)
class Decoded:
    """The events of a fetch with their offsets, and the records that are none."""

    events: tuple[Placed, ...]
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


Done = tuple[PatientState, tuple[FactChange, ...]]
"""A patient's state, and what changed in the standing facts since the committed state."""

Work = Callable[[PatientState, PatientState, Iterable[Event]], Done]
"""What is done to one patient: from the committed state, the state so far, and events."""


def decode(records: Iterable[Record], place: str, read: Callable[[bytes], Event] = events.decode) -> Decoded:
    """The records as events; raises ``FromTheFuture`` for a newer schema or an unknown event type."""
    decoded: list[Placed] = []
    quarantined: list[QuarantinedRow] = []
    for record in records:
        event = _event_of(record, place, read)
        if isinstance(event, QuarantinedRow):
            quarantined.append(event)
        else:
            decoded.append((record.offset, event))
    return Decoded(tuple(decoded), tuple(quarantined))


def progress(before: PatientState, state: PatientState, said: Iterable[Event]) -> Done:
    """The state after these events, and what changed since ``before``; its stored form is remembered."""
    for event in said:
        state = evolve(state, event)
    changes = decide(before, state)
    encode(state)
    return state, changes


def fold(decoded: Decoded, before: Mapping[str, PatientState], work: Work = progress) -> Folded:
    """The states of the touched patients after these events, in their order.

    A patient on whom the work fails is halved until the events are found that it fails on; these are
    set aside. Failures of the machine are raised.
    """
    states: dict[str, PatientState] = {}
    changes: list[FactChange] = []
    quarantined = list(decoded.quarantined)
    for key, said in _by_patient(decoded.events).items():
        known = before.get(key) or initial()
        done, failed = _salvaged(work, known, known, said)
        quarantined += failed
        if done is not None:
            states[key] = done[0]
            changes += done[1]
    return Folded(states, tuple(changes), tuple(sorted(quarantined, key=lambda row: row.record_offset)))


def portions(decoded: Decoded, patients: int) -> Iterator[Decoded]:
    """The events of so many patients at a time, each patient's together; the first has what was set aside."""
    quarantined = decoded.quarantined
    said = [*_by_patient(decoded.events).values()]
    for begin in range(0, max(1, len(said)), patients):
        yield Decoded(tuple(chain.from_iterable(said[begin : begin + patients])), quarantined)
        quarantined = ()


def _by_patient(said: Iterable[Placed]) -> dict[str, list[Placed]]:
    patients: dict[str, list[Placed]] = {}
    for placed in said:
        patients.setdefault(placed[1].patient_key, []).append(placed)
    return patients


def _salvaged(
    work: Work, before: PatientState, state: PatientState, said: Sequence[Placed]
) -> tuple[Done | None, list[QuarantinedRow]]:
    """What the work makes of all events but those that it fails on; None when it fails on every one."""
    try:
        return work(before, state, [event for _, event in said]), []
    except OF_THE_MACHINE:
        raise
    except Exception as failure:
        if len(said) == 1:
            return None, [QuarantinedRow(said[0][0], "not_foldable", _place_of(failure))]
    middle = len(said) // 2
    first, failed = _salvaged(work, before, state, said[:middle])
    second, failed_later = _salvaged(work, before, first[0] if first else state, said[middle:])
    return second or first, failed + failed_later


def _place_of(failure: Exception) -> str:
    """The kind of failure and where it was raised; its message may hold a value and is left out."""
    raised = traceback.extract_tb(failure.__traceback__)[-1]
    return f"{type(failure).__name__} in {PurePath(raised.filename).name}:{raised.lineno}"


def _event_of(record: Record, place: str, read: Callable[[bytes], Event]) -> Event | QuarantinedRow:
    if record.value is None:
        return QuarantinedRow(record.offset, "empty", "$")
    try:
        event = read(record.value)
    except Exception as problem:
        return _unreadable(record.offset, record.value, problem, place)
    if event.schema_version > events.SCHEMA_VERSION:
        raise _from_the_future(record.offset, place)
    if record.key != event.patient_key.encode():
        return QuarantinedRow(record.offset, "wrong_key", "$.patient_key")
    if isinstance(event, EventCorrected) and _depth(record.value) > DEEPEST:
        return QuarantinedRow(record.offset, "not_decodable", "$.changes")
    return event


def _unreadable(offset: int, value: bytes, problem: Exception, place: str) -> QuarantinedRow:
    # A decoder that gives up is the record's fault only where the record nests deeper than any may.
    too_deep = isinstance(problem, RecursionError) and _depth(value) > DEEPEST
    if isinstance(problem, OF_THE_MACHINE) and not too_deep:
        raise problem
    if _is_from_the_future(value):
        raise _from_the_future(offset, place) from problem
    found = _PATH.search(str(problem))
    return QuarantinedRow(offset, "not_decodable", found[1] if found else "$")


def _is_from_the_future(value: bytes) -> bool:
    try:
        return events.is_from_the_future(value)
    except (ValueError, RecursionError):  # its version cannot be read either
        return False


def _from_the_future(offset: int, place: str) -> FromTheFuture:
    return FromTheFuture(
        f"The record at offset {offset} of {place} is of a newer version than this program "
        f"knows (schema {events.SCHEMA_VERSION}): start the version of Myomap that wrote it. "
        "Nothing was skipped."
    )


def _depth(value: bytes) -> int:
    """How deep objects and arrays stand inside one another, whether or not the value is whole."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(_TEXT.sub(b"", value)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
