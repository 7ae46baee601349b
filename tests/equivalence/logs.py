"""A log in memory: the events topic as the stream's batches and the lake's landing read it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from contracts import events, topics
from contracts.events import Event
from warehouse.land import Bounds, Chunk


@dataclass(frozen=True)
class RecordInMemory:
    """A Kafka record."""

    offset: int
    key: bytes
    value: bytes


def log_of(said: Iterable[Event]) -> list[RecordInMemory]:
    """The events as records of one partition."""
    return [
        RecordInMemory(at, each.patient_key.encode(), events.encode(each)) for at, each in enumerate(said)
    ]


class EventsLog:
    """The topic of events in some partitions, and every other topic empty."""

    def __init__(self, said: Sequence[Event], partitions: int = 2) -> None:
        parts: list[list[Event]] = [[] for _ in range(partitions)]
        for event in said:
            parts[int(event.patient_key[-1], 16) % partitions].append(event)
        self._parts = [log_of(part) for part in parts]

    def bounds(self, topic: str) -> Mapping[int, Bounds]:
        """The bounds of each partition."""
        if topic != topics.EVENTS:
            return {}
        return {number: Bounds(0, len(part)) for number, part in enumerate(self._parts)}

    def read(self, topic: str, wanted: Mapping[int, tuple[int, int]]) -> Iterator[Chunk]:
        """The records of these ranges, each range as one chunk."""
        for number, (begin, end) in wanted.items():
            yield Chunk(number, self._parts[number][begin:end], end)
