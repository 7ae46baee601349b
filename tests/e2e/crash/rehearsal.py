"""A worker's delivery in miniature: the real store, fold and outbox, step by step, with Kafka in memory.

Every statement to SQLite, every file that takes its place and every word to Kafka is a step, at which the
world can be kept as a kill would leave it: files as the operating system has them, and what Kafka has.
"""

import os
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from crash import stores_read
from crash.oracle import Evidence
from crash.people import Sent

from contracts import topics
from streams.batch import Fetched
from streams.messages import MARKER, MARKER_KEY
from streams.opening import Log
from streams.outbox import drain
from streams.partition import Partition
from streams.position import LogBounds
from streams.progression.policy import rules_version
from streams.rows import Marker, Message
from streams.store import Fenced, PartitionStore
from streams.taking_over import TakingOver

TOPIC_ID: Final = "topic-id"
LOG: Final = Log(topics.EVENTS, TOPIC_ID, 0)

NO_WAITING: Final = "PRAGMA synchronous = OFF"

Step = Callable[[str], None]
"""Called before each step with its name."""


class Record(NamedTuple):
    """A record as a reader gets it."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


@dataclass
class Kafka:
    """One partition of every topic, as readers of committed messages see it, and who may publish."""

    events: Sequence[Record]
    topics: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    publisher: int = 0

    def copy(self) -> "Kafka":
        """The same at this moment."""
        topics = {name: list(records) for name, records in self.topics.items()}
        return Kafka(self.events, defaultdict(list, topics), self.publisher)

    def append(self, messages: Sequence[Message]) -> None:
        """Add messages that readers see from now on."""
        for each in messages:
            log = self.topics[each.topic]
            log.append(Record(0, log[-1].offset + 1 if log else 0, each.key, each.value))


def kafka_with(stream: Sequence[Sent]) -> Kafka:
    """Kafka with these records in its log and nothing published."""
    return Kafka([Record(0, offset, *sent) for offset, sent in enumerate(stream)])


class Outlet:
    """Publishes in transactions, and is fenced when another one took over; see ``streams.outbox.Outlet``."""

    def __init__(self, kafka: Kafka, step: Step) -> None:
        self.kafka = kafka
        self.step = step
        self.number = 0

    async def take_over(self, partition: int) -> None:
        """Fence every earlier publisher."""
        self.step("kafka: take over")
        self.kafka.publisher += 1
        self.number = self.kafka.publisher

    @asynccontextmanager
    async def transaction(self, partition: int) -> AsyncIterator[Any]:
        """All of it, or nothing."""
        self.pending: list[Message] = []
        self.check()
        yield self
        self.step("kafka: commit")
        self.check()
        self.kafka.append(self.pending)
        self.step("kafka: committed")

    async def send(self, messages: Sequence[Message]) -> None:
        """Part of the transaction."""
        self.step("kafka: send")
        self.check()
        self.pending += messages

    async def let_go(self, partition: int) -> None:
        """Nothing is held."""

    def check(self) -> None:
        """Raise ``Fenced`` where another one took over."""
        if self.number != self.kafka.publisher:
            raise Fenced("another publisher took over")


class Published:
    """What is published, for a worker that takes over; see ``streams.compacted.PublishedStates``."""

    def __init__(self, kafka: Kafka) -> None:
        self.kafka = kafka

    def log_bounds(self, partition: int) -> LogBounds:
        """All events are there."""
        return LogBounds(0, len(self.kafka.events))

    def marker(self, partition: int) -> Marker | None:
        """The latest marker."""
        found = [each.value for each in self.kafka.topics[topics.PROGRESSION] if each.key == MARKER_KEY]
        return MARKER.decode(found[-1]).marker() if found and found[-1] is not None else None

    def bounds(self, partition: int) -> LogBounds:
        """All that was published is there."""
        return LogBounds(0, len(self.kafka.topics[topics.PROGRESSION]))

    def read(self, partition: int) -> Iterator[tuple[Sequence[Any], int]]:
        """All of it in one part."""
        published = self.kafka.topics[topics.PROGRESSION]
        yield list(published), len(published)

    def notes(self, partition: int) -> Iterator[Sequence[Any]]:
        """The notes of records that were set aside."""
        yield list(self.kafka.topics[topics.QUARANTINED])


@dataclass(frozen=True)
class Defences:
    """What a worker is made of; a test puts another part in the place of one to take a defence away."""

    store: type[PartitionStore] = PartitionStore
    partition: type[Partition] = Partition
    outlet: type[Outlet] = Outlet
    published: type[Published] = Published


ALL: Final = Defences()


class Worker:
    """One worker process on one host; ``folder`` is the host's folder of stores."""

    def __init__(
        self, folder: Path, kafka: Kafka, made_of: Defences = ALL, step: Step = lambda _: None
    ) -> None:
        self.folder = folder
        self.kafka = kafka
        self.made_of = made_of
        self.outlet = made_of.outlet(kafka, step)

    async def start(self) -> None:
        """Take the partition over."""
        await self.outlet.take_over(0)
        published = self.made_of.published(self.kafka)
        taking_over = TakingOver(
            self.folder, LOG.topic, LOG.topic_id, rules_version(), lambda: nullcontext(published)
        )
        opened = taking_over.open([0])[0]
        store = self.made_of.store(
            opened.path, opened._connection, opened.epoch, opened.next_offset, opened.owner
        )
        self.partition = self.made_of.partition(store, LOG, rules_version())
        self.partition.start(published.log_bounds(0))

    def fetch(self, size: int) -> Fetched | None:
        """The next records; None at the end of the log."""
        begin = self.partition.store.next_offset
        records = self.kafka.events[begin : begin + size]
        if not records:
            return None
        return Fetched(0, self.partition.store.epoch, begin, begin + len(records), records)

    async def work(self, size: int, fetches: int = 1_000, drain_every: int = 1) -> None:
        """Read so many fetches of a size, or to the log's end, and publish after every few of them."""
        for number in range(fetches):
            fetched = self.fetch(size)
            if fetched is None:
                break
            await self.partition.take(fetched)
            if number % drain_every == drain_every - 1:
                await self.publish()

    async def publish(self) -> None:
        """Publish until nothing waits."""
        while await drain(self.partition, self.outlet):
            pass

    async def live(self, size: int, drain_every: int = 1) -> None:
        """Start, read to the log's end, publish, and stop as an operator would."""
        await self.start()
        await self.work(size, drain_every=drain_every)
        await self.publish()
        self.partition.close()


def left_behind(kafka: Kafka, folder: Path) -> Evidence:
    """What the oracle looks at: the topics, and the store of the last owner."""
    return Evidence(
        log=kafka.events,
        progression=kafka.topics[topics.PROGRESSION],
        transitions=kafka.topics[topics.TRANSITIONS],
        quarantined=kafka.topics[topics.QUARANTINED],
        stored={0: stores_read.dump(folder / "partition-0000.sqlite")},
    )


@dataclass(frozen=True)
class Cut:
    """The world as a kill at one step left it."""

    number: int
    step: str
    home: Path
    kafka: Kafka


class Camera:
    """Keeps the world before every step; ``step`` is for the parts that know of steps."""

    def __init__(self, home: Path, kafka: Kafka, album: Path) -> None:
        self.cuts: list[Cut] = []
        self._home = home
        self._kafka = kafka
        self._album = album

    def step(self, name: str) -> None:
        """Keep the world before a step of this name."""
        number = len(self.cuts)
        kept = self._album / str(number)
        shutil.copytree(self._home, kept) if self._home.exists() else kept.mkdir(parents=True)
        self.cuts.append(Cut(number, name, kept, self._kafka.copy()))


@contextmanager
def stepwise(step: Step = lambda _: None) -> Iterator[None]:
    """Have a step before each statement to any SQLite file, and before a file takes another one's place.

    Nothing waits for the disk meanwhile: what a kill leaves is what the operating system has.
    """

    class Watched(sqlite3.Connection):
        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            step(f"sqlite: {sql.strip()[:40]}")
            return super().execute(NO_WAITING if sql.startswith(NO_WAITING[:18]) else sql, *parameters)

        def executemany(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            step(f"sqlite: {sql.strip()[:40]}")
            return super().executemany(sql, *parameters)

    connect, replace = sqlite3.connect, os.replace

    def replaced(source: Any, target: Any, **more: Any) -> None:
        step("file: replace")
        replace(source, target, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", lambda *path, **more: connect(*path, factory=Watched, **more))
        patch.setattr(os, "replace", replaced)
        patch.setattr(os, "fsync", lambda _: None)
        yield
