"""Events as short lists for storage: ids as bytes, times as steps in seconds, words as places in a table.

Contributions that come by the hundred (sessions, symptoms, sets, measurements) are packed; the few
others are stored as the JSON in which they are spoken.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec

from contracts.events import (
    EVENT_TYPES,
    ExerciseSetRecorded,
    OutcomeMeasured,
    SessionRecorded,
    SymptomReported,
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HEX: Final = re.compile(r"(?:[0-9a-f]{2}){8,32}").fullmatch
_HUNDREDTH: Final = 100
_LARGE: Final = 1e9

# The place of a type in this list is stored: append only.
_PACKED: Final[tuple[type, ...]] = (SessionRecorded, SymptomReported, ExerciseSetRecorded, OutcomeMeasured)
_PLACES: Final = {kind: place for place, kind in enumerate(_PACKED)}
_ROW: Final = msgspec.msgpack.Encoder()
_ARRAY: Final = b"\xdd"
"""Begins a msgpack array whose length follows in four bytes."""
# Words that many events of a patient share together: stored once per combination.
_SHARED: Final[dict[type, tuple[str, ...]]] = {
    SessionRecorded: ("source", "episode_id", "place", "missed_reason", "therapist"),
    SymptomReported: ("source", "episode_id", "phase", "soreness"),
    ExerciseSetRecorded: ("source", "episode_id", "exercise", "muscle_group", "side", "place", "stage"),
    OutcomeMeasured: (
        "source", "episode_id", "measure", "unit", "method", "device_class", "muscle_group", "side",
        "rater", "occasion",
    ),
}  # fmt: skip
_NUMBERS: Final[dict[type, tuple[str, ...]]] = {
    SessionRecorded: ("duration_min", "quality"),
    SymptomReported: ("pain", "tenderness", "effusion_grade"),
    ExerciseSetRecorded: ("load_kg",),
    OutcomeMeasured: ("value",),
}
_PLAIN: Final[dict[type, tuple[str, ...]]] = {
    SessionRecorded: ("attended", "red_flag"),
    SymptomReported: ("inflammation",),
    ExerciseSetRecorded: ("prescribed_reps", "completed_reps", "correct_reps"),
    OutcomeMeasured: (),
}


Order = tuple[datetime, str]
"""Time and id of an event."""

TRAIL: Final = 64
"""Rows that can be taken back without packing all anew."""


class Step(NamedTuple):
    """What was packed before one row: see ``Packed.trail``."""

    order: Order
    size: int
    sessions: int
    combinations: int
    second: int


@dataclass(frozen=True)
class Packed:
    """Events in the order of their times, so packed that one more can be put at the end.

    sessions, combinations: tables that rows point into, entry to place, each in the order of first use
    and with its ids as bytes. rows: as msgpack, one after the other. second: the last event's time in
    whole seconds since 1970; the next row holds the step from there. trail: of each of the last rows what
    was there before it: bytes, entries of both tables, seconds; and the order of its event.
    """

    sessions: Mapping[str | bytes, int] = field(default_factory=dict)
    combinations: Mapping[tuple[Any, ...], int] = field(default_factory=dict)
    rows: bytes = b""
    count: int = 0
    second: int = 0
    trail: tuple["Step", ...] = field(default=(), compare=False, repr=False)

    def stored(self) -> list[Any]:
        """What has to be stored: the tables, the last second, and the rows."""
        return [list(self.sessions), list(self.combinations), self.second, self.count, self.rows]

    def until(self, first: Order) -> "Packed | None":
        """What is packed of the events before this one; None where the trail does not reach so far."""
        back = next((n for n, step in enumerate(reversed(self.trail)) if step.order < first), None)
        if back is None:
            return self if not self.count else None
        if back == 0:
            return self
        here = self.trail[-back]
        return Packed(
            dict(islice(self.sessions.items(), here.sessions)),
            dict(islice(self.combinations.items(), here.combinations)),
            self.rows[: here.size],
            self.count - back,
            here.second,
            self.trail[:-back],
        )


def pack(events: Iterable[Any]) -> Packed:
    """The events, which are in the order of their times; the patient's key is left out."""
    return appended(Packed(), list(events))


def appended(packed: Packed, events: Sequence[Any]) -> Packed:
    """The packed events and these after them, none of which is earlier."""
    sessions, combinations = dict(packed.sessions), dict(packed.combinations)
    rows, second, size, trail = [packed.rows], packed.second, len(packed.rows), [*packed.trail]
    first = len(events) - TRAIL
    for number, event in enumerate(events):
        if number >= first:
            order = (event.occurred_at, event.event_id)
            trail.append(Step(order, size, len(sessions), len(combinations), second))
        if type(event) in _SHARED:
            session = _short(getattr(event, "session_id", None))
            place = None if session is None else sessions.setdefault(session, len(sessions))
            combination = combinations.setdefault(_combination(event), len(combinations))
            whole, micro = _seconds(event.occurred_at)
            step = [whole - second, micro] if micro else whole - second
            row = _ROW.encode(_row(event, step, combination, place))
            second = whole
        else:
            row = _ROW.encode(_spoken(event))
        rows.append(row)
        size += len(row)
    count = packed.count + len(events)
    return Packed(sessions, combinations, b"".join(rows), count, second, tuple(trail[-TRAIL:]))


def unpack(stored: Sequence[Any], patient_key: str) -> tuple[Packed, list[Any]]:
    """The packed events of ``stored``, and the events themselves."""
    sessions = [_long(name) for name in stored[0]]
    combinations = [[each[0], *(_long(word) for word in each[1:])] for each in stored[1]]
    _, _, last_second, count, blob = stored
    events: list[Any] = []
    second = 0
    for row in msgspec.msgpack.decode(_ARRAY + count.to_bytes(4, "big") + blob):
        if isinstance(row, str):
            events.append(_heard(row, patient_key))
            continue
        step, micro = row[2] if isinstance(row[2], list) else (row[2], 0)
        second += step
        at = _EPOCH + timedelta(seconds=second, microseconds=micro)
        events.append(_event(row, at, combinations[row[0]], sessions, patient_key))
    last = Step((events[-1].occurred_at, events[-1].event_id), 0, 0, 0, 0) if events else None
    packed = Packed(
        {name: place for place, name in enumerate(stored[0])},
        {tuple(each): place for place, each in enumerate(stored[1])},
        blob, count, last_second, (last,) if last else (),
    )  # fmt: skip
    return packed, events


def of_lists(stored: Sequence[Any]) -> list[Any]:
    """What version 1 stored (sessions by name, combinations, rows as lists) in the form of version 2."""
    names, combinations, rows = stored
    sessions: dict[Any, int] = {}
    second, encoded = 0, []
    for row in rows:
        if not isinstance(row, str):
            second += row[2][0] if isinstance(row[2], list) else row[2]
            if len(row) > 3 and row[3] is not None:
                row = [*row[:3], sessions.setdefault(names[row[3]], len(sessions)), *row[4:]]
        encoded.append(_ROW.encode(row))
    return [list(sessions), combinations, second, len(rows), b"".join(encoded)]


def _spoken(event: Any) -> str:
    fields = msgspec.to_builtins(event)
    for carried in ("patient_key", "received_at", "contract_version"):
        fields.pop(carried, None)
    return msgspec.json.encode(fields, order="deterministic").decode()


def _heard(row: str, patient_key: str) -> Any:
    fields = msgspec.json.decode(row)
    carried = {"patient_key": patient_key, "received_at": fields["occurred_at"], "contract_version": 0}
    return msgspec.convert(fields | carried, EVENT_TYPES[fields["type"]])


def _combination(event: Any) -> tuple[Any, ...]:
    kind = type(event)
    return (_PLACES[kind], *[_short(getattr(event, name)) for name in _SHARED[kind]])


def _row(event: Any, step: Any, combination: int, session: int | None) -> list[Any]:
    kind = type(event)
    row = [combination, _short(event.event_id), step, session]
    row += [_number(getattr(event, name)) for name in _NUMBERS[kind]]
    row += [getattr(event, name) for name in _PLAIN[kind]]
    while row[-1] is None:
        row.pop()
    return row


def _event(row: list[Any], at: datetime, shared: list[Any], sessions: list[Any], patient_key: str) -> Any:
    kind = _PACKED[shared[0]]
    fields: dict[str, Any] = {
        "event_id": _long(row[1]), "patient_key": patient_key, "occurred_at": at, "received_at": at,
        "contract_version": 0,
    }  # fmt: skip
    fields |= {name: word for name, word in zip(_SHARED[kind], shared[1:], strict=True) if word is not None}
    if len(row) > 3 and row[3] is not None:
        fields["session_id"] = sessions[row[3]]
    numbers = zip(_NUMBERS[kind], row[4:], strict=False)
    fields |= {name: _float(value) for name, value in numbers if value is not None}
    plain = zip(_PLAIN[kind], row[4 + len(_NUMBERS[kind]) :], strict=False)
    fields |= {name: value for name, value in plain if value is not None}
    return kind(**fields)


@lru_cache(maxsize=20_000)
def _short(word: str | None) -> str | bytes | None:
    return bytes.fromhex(word) if word is not None and _HEX(word) else word


def _long(word: str | bytes | None) -> str | None:
    return word.hex() if isinstance(word, bytes) else word


def _seconds(at: datetime) -> tuple[int, int]:
    since = at - _EPOCH
    return since.days * 86_400 + since.seconds, since.microseconds


def _number(value: float | None) -> float | int | None:
    """A value of at most two decimals as a whole number of hundredths, any other one as it is."""
    if value is None or abs(value) > _LARGE:
        return value
    hundredths = round(value * _HUNDREDTH)
    return hundredths if hundredths / _HUNDREDTH == value and (hundredths or _plain_zero(value)) else value


def _plain_zero(value: float) -> bool:
    return str(value) == "0.0"


def _float(packed: float) -> float:
    return packed / _HUNDREDTH if isinstance(packed, int) else packed
