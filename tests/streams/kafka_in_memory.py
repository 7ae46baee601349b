"""Kafka as the stores see it, in memory: a log of events, committed messages, and one publisher each."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from contracts import topics
from streams.messages import MARKER, MARKER_KEY
from streams.outbox import drain
from streams.partition import Partition
from streams.position import LogBounds
from streams.producing import PublishFailed
from streams.rows import Marker, Message
from streams.store import Fenced


@dataclass(frozen=True)
class Kept:
    """A record as Kafka keeps it."""

    offset: int
    key: bytes | None
    value: bytes | None


class Lost(PublishFailed):
    """Kafka took it, but the answer got lost."""


@dataclass
class KafkaInMemory:
    """One partition's log and outgoing topics; ``part`` is how many messages a reader gets at a time."""

    topic_id: str = "topic-id"
    log: list[Kept] = field(default_factory=list)
    begins: int = 0
    sent: dict[str, list[Kept]] = field(default_factory=dict)
    publisher: object = None
    part: int = 3

    def bounds(self) -> LogBounds:
        return LogBounds(self.begins, self.begins + len(self.log))

    def append(self, key: bytes, value: bytes) -> None:
        self.log.append(Kept(self.bounds().end, key, value))

    def put(self, messages: Sequence[Message]) -> None:
        """Commit these messages; what ends a transaction takes an offset too."""
        for message in messages:
            place = self.sent.setdefault(message.topic, [])
            place.append(Kept(self._next(message.topic), message.key, message.value))
        for topic in {message.topic for message in messages}:
            self.sent[topic].append(Kept(self._next(topic), b"<commit>", None))

    def of(self, topic: str) -> list[Kept]:
        """The messages of a topic, without what ends transactions."""
        return [each for each in self.sent.get(topic, []) if each.key != b"<commit>"]

    def compact(self) -> None:
        """Keep the last message of each key alone, as compaction may."""
        last = {each.key: each for each in self.of(topics.PROGRESSION)}
        self.sent[topics.PROGRESSION] = sorted(last.values(), key=lambda each: each.offset)

    def _next(self, topic: str) -> int:
        place = self.sent.setdefault(topic, [])
        return place[-1].offset + 1 if place else 0


class OutletInMemory:
    """Publishes to it; ``loses``: what happens to the next transaction, "all of it" or "the answer"."""

    def __init__(self, kafka: KafkaInMemory) -> None:
        self.kafka = kafka
        self.loses: str | None = None

    async def take_over(self, partition: int) -> None:
        self.kafka.publisher = self

    async def let_go(self, partition: int) -> None:
        pass

    @asynccontextmanager
    async def transaction(self, partition: int) -> AsyncIterator["OutletInMemory"]:
        self.gathered: list[Message] = []
        yield self
        if self.kafka.publisher is not self:
            raise Fenced("another one publishes")
        loses, self.loses = self.loses, None
        if loses == "all of it":
            raise PublishFailed("no broker")
        self.kafka.put(self.gathered)
        if loses == "the answer":
            raise Lost("no answer")

    async def send(self, messages: Sequence[Message]) -> None:
        self.gathered += messages


class PublishedInMemory:
    """Reads what is committed."""

    def __init__(self, kafka: KafkaInMemory) -> None:
        self.kafka = kafka

    def __enter__(self) -> "PublishedInMemory":
        return self

    def __exit__(self, *failure: object) -> None:
        pass

    def log_bounds(self, partition: int) -> LogBounds:
        return self.kafka.bounds()

    def bounds(self, partition: int) -> LogBounds:
        place = self.kafka.sent.get(topics.PROGRESSION, [])
        return LogBounds(0, place[-1].offset + 1 if place else 0)

    def marker(self, partition: int) -> Marker | None:
        found = [each for each in self.kafka.of(topics.PROGRESSION) if each.key == MARKER_KEY]
        return MARKER.decode(found[-1].value or b"").marker() if found else None

    def read(self, partition: int) -> Iterator[tuple[Sequence[Kept], int]]:
        kept = self.kafka.of(topics.PROGRESSION)
        for at in range(0, len(kept), self.kafka.part):
            part = kept[at : at + self.kafka.part]
            at_end = at + self.kafka.part >= len(kept)
            yield part, self.bounds(partition).end if at_end else part[-1].offset + 1

    def notes(self, partition: int) -> Iterator[Sequence[Kept]]:
        yield self.kafka.of(topics.QUARANTINED)


def publish(partition: Partition, outlet: OutletInMemory) -> bool:
    """Publish what waits; whether there was anything."""
    return asyncio.run(drain(partition, outlet))
