"""Reads what is published of a partition: the topic ``progression``, and how far it goes."""

import asyncio
import ssl
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any, Final, Protocol, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from contracts import topics
from contracts.settings import KafkaSettings
from streams.batch import Record
from streams.messages import MARKER, MARKER_KEY
from streams.position import LogBounds
from streams.producing import client_options
from streams.rows import Marker

TAIL: Final = 64
"""Offsets at the end of a partition in which its marker is looked for first; each next look takes more."""
WIDER: Final = 32
SILENCE_SECONDS: Final = 30.0


class NotReadable(Exception):
    """Kafka does not give what is published; the message says what to do."""


class PublishedStates(Protocol):
    """What is published, and the bounds of the events that it is the state of."""

    def log_bounds(self, partition: int) -> LogBounds:
        """The bounds of the partition's events."""

    def marker(self, partition: int) -> Marker | None:
        """How far the partition is published; None when it never was."""

    def bounds(self, partition: int) -> LogBounds:
        """The bounds of what is published."""

    def read(self, partition: int) -> Iterator[tuple[Sequence[Record], int]]:
        """All that is published, in its order, in parts, each with the offset up to which it goes."""

    def notes(self, partition: int) -> Iterator[Sequence[Record]]:
        """The notes of records that were set aside, as far as they are kept."""


class KafkaPublished:
    """A consumer without a group, for use by one thread, which has no event loop of its own."""

    def __init__(self, kafka: KafkaSettings, tls: ssl.SSLContext | None) -> None:
        self._kafka = kafka
        self._loop = asyncio.new_event_loop()
        self._options = client_options(kafka, tls)
        self._consumer: Any = None

    def __enter__(self) -> Self:
        try:
            self._consumer = self._run(self._started())
        except BaseException:
            self._loop.close()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        try:
            if self._consumer is not None:
                self._run(self._consumer.stop())
        finally:
            self._loop.close()

    def log_bounds(self, partition: int) -> LogBounds:
        """The bounds of the partition's events."""
        return self._bounds(TopicPartition(topics.EVENTS, partition))

    def bounds(self, partition: int) -> LogBounds:
        """The bounds of what is published."""
        return self._bounds(TopicPartition(topics.PROGRESSION, partition))

    def marker(self, partition: int) -> Marker | None:
        """How far the partition is published, found from the end; None when it never was."""
        bounds, width = self.bounds(partition), TAIL
        while True:
            begin = max(bounds.start, bounds.end - width)
            found = None
            for records, _ in self._read(topics.PROGRESSION, partition, LogBounds(begin, bounds.end)):
                found = next((each for each in reversed(records) if each.key == MARKER_KEY), found)
            if found is not None and found.value is not None:
                return MARKER.decode(found.value).marker()
            if begin == bounds.start:
                return None
            width *= WIDER

    def read(self, partition: int) -> Iterator[tuple[Sequence[Record], int]]:
        """All that is published, in its order, in parts, each with the offset up to which it goes."""
        return self._read(topics.PROGRESSION, partition, self.bounds(partition))

    def notes(self, partition: int) -> Iterator[Sequence[Record]]:
        """The notes of records that were set aside, as far as they are kept."""
        bounds = self._bounds(TopicPartition(topics.QUARANTINED, partition))
        for records, _ in self._read(topics.QUARANTINED, partition, bounds):
            yield records

    def _read(self, topic: str, partition: int, bounds: LogBounds) -> Iterator[tuple[Sequence[Record], int]]:
        place, end = TopicPartition(topic, partition), bounds.end
        self._run(self._go_to(place, bounds.start))
        position, silent = bounds.start, 0.0
        while position < end:
            records = self._run(self._next(place))
            before, position = position, self._run(self._consumer.position(place))
            silent = 0.0 if position > before else silent + 1.0
            if silent > SILENCE_SECONDS:
                raise self._refused(f"no record within {SILENCE_SECONDS:.0f} s")
            if records and records[-1].offset >= end:
                records = [each for each in records if each.offset < end]
            yield records, min(position, end)

    async def _go_to(self, place: TopicPartition, offset: int) -> None:
        self._consumer.assign([place])
        self._consumer.seek(place, offset)

    async def _next(self, place: TopicPartition) -> list[Any]:
        found = await self._consumer.getmany(place, timeout_ms=1_000, max_records=20_000)
        return list(found.get(place, ()))

    def _bounds(self, place: TopicPartition) -> LogBounds:
        starts = self._run(self._consumer.beginning_offsets([place]))
        ends = self._run(self._consumer.end_offsets([place]))
        return LogBounds(starts[place], ends[place])

    async def _started(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            **self._options,
            client_id="myomap-streams-restoring",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            fetch_max_wait_ms=5,
            retry_backoff_ms=5,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )
        try:
            await consumer.start()
        except BaseException:
            await consumer.stop()
            raise
        return consumer

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return self._loop.run_until_complete(work)
        except KafkaError as problem:
            raise self._refused(type(problem).__name__) from problem

    def _refused(self, problem: str) -> NotReadable:
        return NotReadable(
            f"Kafka at {self._kafka.bootstrap} does not give what is published in {topics.PROGRESSION} "
            f"({problem}). Nothing was changed; check the broker, then start the worker again."
        )
