"""Events as short lists for storage: ids as bytes, times as steps in seconds, words as places in a table.

Contributions that come by the hundred (sessions, symptoms, sets, measurements) are packed; the few
others are stored as the JSON in which they are spoken.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

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


def pack(events: Sequence[Any], patient_key: str) -> list[Any]:
    """Events in the order of their times as ``[sessions, combinations, rows]``, without the patient's key."""
    sessions = sorted({each.session_id for each in events if getattr(each, "session_id", None) is not None})
    places = {name: place for place, name in enumerate(sessions)}
    combinations: dict[tuple[Any, ...], int] = {}
    rows: list[Any] = []
    second = 0
    for event in events:
        if type(event) not in _SHARED:
            rows.append(_spoken(event))
            continue
        whole, micro = _seconds(event.occurred_at)
        step = whole - second
        rows.append(_row(event, [step, micro] if micro else step, combinations, places))
        second = whole
    return [[_short(name) for name in sessions], [_shortened(each) for each in combinations], rows]


def unpack(packed: Sequence[Any], patient_key: str) -> list[Any]:
    """The events of ``pack``."""
    sessions = [_long(name) for name in packed[0]]
    combinations = [[each[0], *(_long(word) for word in each[1:])] for each in packed[1]]
    events: list[Any] = []
    second = 0
    for row in packed[2]:
        if isinstance(row, str):
            events.append(_heard(row, patient_key))
            continue
        step, micro = row[2] if isinstance(row[2], list) else (row[2], 0)
        second += step
        at = _EPOCH + timedelta(seconds=second, microseconds=micro)
        events.append(_event(row, at, combinations[row[0]], sessions, patient_key))
    return events


def _spoken(event: Any) -> str:
    fields = msgspec.to_builtins(event)
    for carried in ("patient_key", "received_at", "contract_version"):
        fields.pop(carried, None)
    return msgspec.json.encode(fields, order="deterministic").decode()


def _heard(row: str, patient_key: str) -> Any:
    fields = msgspec.json.decode(row)
    carried = {"patient_key": patient_key, "received_at": fields["occurred_at"], "contract_version": 0}
    return msgspec.convert(fields | carried, EVENT_TYPES[fields["type"]])


def _row(
    event: Any, step: Any, combinations: dict[tuple[Any, ...], int], places: dict[str, int]
) -> list[Any]:
    kind = type(event)
    shared = (_PACKED.index(kind), *[getattr(event, name) for name in _SHARED[kind]])
    combination = combinations.setdefault(shared, len(combinations))
    session = getattr(event, "session_id", None)
    row = [combination, _short(event.event_id), step, None if session is None else places[session]]
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


def _shortened(combination: tuple[Any, ...]) -> list[Any]:
    return [combination[0], *(_short(word) for word in combination[1:])]


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
