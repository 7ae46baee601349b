"""Canonical records that were set aside: what the topic, the stores and the lake tell of them."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from contracts import events, topics
from contracts.events import Event
from contracts.settings import Home, Settings
from infra.connection import connected

if TYPE_CHECKING:
    from warehouse.lake import Lake
    from warehouse.land import Log

Read = Callable[[bytes], Event]
"""Reads the value of a record."""
Place = tuple[int, int]
"""Partition and offset."""

OPEN: Final = "open"
REPLAYED: Final = "replayed"
CAME_AGAIN: Final = "came again"
READ_AGAIN: Final = "read_again"
"""The reason of a note that tells of a replay."""


@dataclass(frozen=True)
class SetAside:
    """One record that was set aside, and why. ``kept_in``: log, lake or gone.

    ``state``: open; replayed; or came again, when its event was landed from another place.
    """

    partition: int
    offset: int
    reason: str
    path: str
    kept_in: str
    state: str

    @property
    def place(self) -> Place:
        """Partition and offset."""
        return self.partition, self.offset


class _Note(msgspec.Struct, frozen=True):
    partition: int
    offset: int
    reason: str
    path: str = ""


def listed(settings: Settings) -> tuple[SetAside, ...]:
    """Every record that was set aside, by partition and offset."""
    with reading(settings) as (log, lake):
        return found_in(settings.home, log, lake)


@contextlib.contextmanager
def reading(settings: Settings) -> "Iterator[tuple[Log, Lake]]":
    """The log and the lake of this home."""
    from warehouse.kafka_log import KafkaLog
    from warehouse.lake import open_lake

    with connected(settings) as reachable, contextlib.closing(KafkaLog(reachable.kafka)) as log:
        yield log, open_lake(settings.home)


def found_in(home: Home, log: "Log", lake: "Lake", read: Read = events.decode) -> tuple[SetAside, ...]:
    """The records that were set aside; notes are kept for 30 days in the topic, and in store and lake."""
    from warehouse.set_aside import unread

    raw = {(each.partition, each.offset): each for each in unread(lake)}
    notes = {place: _Note(*place, each.reason) for place, each in raw.items()}
    told = [*_in_stores(home), *_in_topic(log)]
    notes |= {(each.partition, each.offset): each for each in told if each.reason != READ_AGAIN}
    replayed = {(each.partition, each.offset) for each in told if each.reason == READ_AGAIN}
    again = _came_again(lake, {place: each.raw for place, each in raw.items()}, read)
    begins = {number: bounds.begin for number, bounds in log.bounds(topics.EVENTS).items()}

    def state(place: Place) -> str:
        if place in replayed:
            return REPLAYED
        return CAME_AGAIN if place in again else OPEN

    def kept_in(place: Place) -> str:
        if place[0] in begins and place[1] >= begins[place[0]]:
            return "log"
        return "lake" if place in raw or _is_landed(lake, place) else "gone"

    return tuple(
        SetAside(*place, note.reason, note.path, kept_in(place), state(place))
        for place, note in sorted(notes.items())
    )


def event_in(value: bytes | None, read: Read) -> Event | None:
    """The event that this value is now, or None."""
    try:
        return None if value is None else read(value)
    except (ValueError, RecursionError):
        return None


def _in_stores(home: Home) -> Iterator[_Note]:
    from streams.lookup import stores

    for path in stores(home):
        yield from _in_store(path)


def _in_store(path: Path) -> list[_Note]:
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as store:
        rows = store.execute("SELECT meta.partition, record_offset, reason, path FROM quarantined, meta")
        return [_Note(*each) for each in rows]


def _in_topic(log: "Log") -> Iterator[_Note]:
    bounds = log.bounds(topics.QUARANTINED).items()
    wanted = {number: (each.begin, each.end) for number, each in bounds if each.begin < each.end}
    for chunk in log.read(topics.QUARANTINED, wanted):
        for record in chunk.records:
            yield msgspec.json.decode(record.value or b"", type=_Note)


def _came_again(lake: "Lake", raw: dict[Place, Any], read: Read) -> set[Place]:
    """The places whose record is an event now that was landed from another place."""
    from warehouse.set_aside import places_of

    now = {place: event.event_id for place, value in raw.items() if (event := event_in(value, read))}
    there = places_of(lake, set(now.values()))
    return {place for place, name in now.items() if there.get(name, set()) - {place}}


def _is_landed(lake: "Lake", place: Place) -> bool:
    from warehouse.set_aside import event_at

    return event_at(lake, *place) is not None
