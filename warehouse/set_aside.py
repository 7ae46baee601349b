"""What the lake keeps of records that were set aside: their raw bytes, and whether their event came later."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pyarrow.compute as pc

from contracts.events import Event
from warehouse.lake import Lake, rows_of
from warehouse.rebuild import events_of_table
from warehouse.records import EVENTS


@dataclass(frozen=True)
class Unread:
    """A landed record of the topic of events that is no event, with its value where it had one."""

    partition: int
    offset: int
    reason: str
    raw: bytes | None


def unread(lake: Lake, partition: int | None = None) -> Iterator[Unread]:
    """All landed records (or those of one partition) that could not be decoded, by partition and offset."""
    columns = ["kafka_partition", "kafka_offset", "problem", "raw"]
    for segment in lake.manifest.of(EVENTS.name, partition):
        rows = rows_of(lake, segment, pc.field("problem").is_valid()).select(columns)
        yield from (Unread(*each.values()) for each in rows.sort_by("kafka_offset").to_pylist())


def event_at(lake: Lake, partition: int, offset: int) -> Event | None:
    """The event that was landed from this place of the log, or None."""
    for segment in lake.manifest.of(EVENTS.name, partition):
        if segment.start <= offset < segment.end:
            found = events_of_table(rows_of(lake, segment, pc.field("kafka_offset") == offset))
            return found[0] if found else None
    return None


def places_of(lake: Lake, event_ids: Collection[str]) -> dict[str, set[tuple[int, int]]]:
    """Where in the log the lake found each of these events: by id, partitions and offsets."""
    places: dict[str, set[tuple[int, int]]] = {}
    wanted = pc.field("event_id").isin(list(event_ids))
    for segment in lake.manifest.of(EVENTS.name) if event_ids else ():
        rows = rows_of(lake, segment, wanted).select(["event_id", "kafka_partition", "kafka_offset"])
        for each in rows.to_pylist():
            name, *place = each.values()
            places.setdefault(name, set()).add(tuple(place))
    return places
