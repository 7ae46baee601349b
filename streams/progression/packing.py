"""Events as short lists for storage: ids as bytes, times as whole seconds, words as places in a table.

Contributions that come by the hundred (sessions, symptoms, sets, measurements) are packed; the few
others are stored as the JSON in which they are spoken.
"""

import re
from collections.abc import Callable, Iterable, Sequence
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
_WORDS: Final[dict[type, tuple[str, ...]]] = {
    SessionRecorded: ("source", "session_id", "episode_id", "place", "missed_reason", "therapist"),
    SymptomReported: ("source", "session_id", "episode_id", "phase", "soreness"),
    ExerciseSetRecorded: (
        "source", "session_id", "episode_id", "exercise", "muscle_group", "side", "place", "stage",
    ),
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
    """The events as ``[table of words, rows]``; the patient's key is left out."""
    words = sorted({word for event in events for word in _words(event)})
    table = {word: place for place, word in enumerate(words)}
    return [[_short(word) for word in words], [_row(event, table, patient_key) for event in events]]


def unpack(packed: Sequence[Any], patient_key: str) -> list[Any]:
    """The events of ``pack``."""
    words = [_long(word) for word in packed[0]]
    return [_event(row, words, patient_key) for row in packed[1]]


def _words(event: Any) -> Iterable[str]:
    names = _WORDS.get(type(event), ())
    return (word for name in names if (word := getattr(event, name)) is not None)


def _row(event: Any, table: dict[str, int], patient_key: str) -> Any:
    kind = type(event)
    if kind not in _WORDS:
        fields = msgspec.to_builtins(event)
        for carried in ("patient_key", "received_at", "contract_version"):
            fields.pop(carried, None)
        return msgspec.json.encode(fields, order="deterministic").decode()
    row: list[Any] = [_PACKED.index(kind), _short(event.event_id), _seconds(event.occurred_at)]
    row += [_place(table, getattr(event, name)) for name in _WORDS[kind]]
    row += [_number(getattr(event, name)) for name in _NUMBERS[kind]]
    row += [getattr(event, name) for name in _PLAIN[kind]]
    while row[-1] is None:
        row.pop()
    return row


def _event(row: Any, words: list[str], patient_key: str) -> Any:
    if isinstance(row, str):
        fields = msgspec.json.decode(row)
        carried = {"patient_key": patient_key, "received_at": fields["occurred_at"], "contract_version": 0}
        return msgspec.convert(fields | carried, EVENT_TYPES[fields["type"]])
    kind = _PACKED[row[0]]
    at = _instant(row[2])
    fields = {
        "event_id": _long(row[1]), "patient_key": patient_key, "occurred_at": at, "received_at": at,
        "contract_version": 0,
    }  # fmt: skip
    place = 3
    readers: tuple[tuple[tuple[str, ...], Callable[[Any], Any]], ...] = (
        (_WORDS[kind], words.__getitem__), (_NUMBERS[kind], _float), (_PLAIN[kind], _same),
    )  # fmt: skip
    for names, read in readers:
        for name in names:
            if place < len(row) and row[place] is not None:
                fields[name] = read(row[place])
            place += 1
    return kind(**fields)


def _place(table: dict[str, int], word: str | None) -> int | None:
    return None if word is None else table[word]


def _short(word: str) -> str | bytes:
    return bytes.fromhex(word) if _HEX(word) else word


def _long(word: str | bytes) -> str:
    return word.hex() if isinstance(word, bytes) else word


def _seconds(at: datetime) -> int | list[int]:
    since = at - _EPOCH
    whole = since.days * 86_400 + since.seconds
    return whole if not since.microseconds else [whole, since.microseconds]


def _instant(packed: int | list[int]) -> datetime:
    whole, micro = packed if isinstance(packed, list) else (packed, 0)
    return _EPOCH + timedelta(seconds=whole, microseconds=micro)


def _number(value: float | None) -> float | int | None:
    """A value of at most two decimals as a whole number of hundredths, any other one as it is."""
    if value is None or abs(value) > _LARGE:
        return value
    hundredths = round(value * _HUNDREDTH)
    return hundredths if hundredths / _HUNDREDTH == value else value


def _float(packed: float) -> float:
    return packed / _HUNDREDTH if isinstance(packed, int) else packed


def _same(value: Any) -> Any:
    return value
