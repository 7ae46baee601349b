"""The log as Kafka keeps it, read by offsets alone: no group, no commit."""

import time
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from contracts.settings import KafkaSettings, kafka_python_options
from warehouse.land import Bounds, Chunk
from warehouse.refused import LakeRefused

SILENCE_S: Final = 60.0
"""So long Kafka may deliver nothing of what it said is there."""
PATIENCE_MS: Final = 5_000
"""So long a broker may take to answer the first call."""
AT_A_TIME: Final = 8
"""Partitions that are read side by side; what is held of each is bounded by its segment."""


class KafkaLog:
    """A bare consumer of the topics of one installation."""

    def __init__(self, kafka: KafkaSettings) -> None:
        """Connect; raises ``LakeRefused`` when there is no broker."""
        self._kafka = kafka
        try:
            self._consumer: Any = KafkaConsumer(
                **kafka_python_options(kafka),
                client_id="myomap-warehouse",
                bootstrap_timeout_ms=PATIENCE_MS,
                enable_auto_commit=False,
                auto_offset_reset="none",
                # What the stream publishes is seen once it is whole, and never what was given up.
                isolation_level="read_committed",
                max_poll_records=5_000,
                max_partition_fetch_bytes=4 * 1024 * 1024,
                fetch_max_wait_ms=100,
            )
        except KafkaError as problem:
            raise self._refused(problem) from problem

    def bounds(self, topic: str) -> dict[int, Bounds]:
        """By partition, the first offset that is kept and the one after the last; none without the topic."""
        try:
            numbers = self._consumer.partitions_for_topic(topic) or ()
            partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
            if not partitions:
                return {}
            begins = self._consumer.beginning_offsets(partitions)
            ends = self._consumer.end_offsets(partitions)
        except KafkaError as problem:
            raise self._refused(problem) from problem
        return {each.partition: Bounds(begins[each], ends[each]) for each in partitions}

    def read(self, topic: str, wanted: Mapping[int, tuple[int, int]]) -> Iterator[Chunk]:
        """The records of these ranges of offsets (end exclusive), in the order of each partition."""
        waiting = iter(sorted(wanted.items()))
        while group := dict(islice(waiting, AT_A_TIME)):
            yield from self._read_group(topic, group)

    def close(self) -> None:
        """Let go of the connection."""
        self._consumer.close()

    def _read_group(self, topic: str, wanted: dict[int, tuple[int, int]]) -> Iterator[Chunk]:
        unread = {TopicPartition(topic, number): end for number, (_, end) in wanted.items()}
        self._consumer.assign(list(unread))
        for each in unread:
            self._consumer.seek(each, wanted[each.partition][0])
        heard = time.monotonic()
        while unread:
            delivered = self._poll()
            for each in list(unread):
                position = self._consumer.position(each)
                records = [one for one in delivered.get(each, ()) if one.offset < unread[each]]
                if records or position >= unread[each]:
                    heard = time.monotonic()
                    yield Chunk(each.partition, records, min(position, unread[each]))
                if position >= unread[each]:
                    del unread[each]
                    self._consumer.pause(each)
            if time.monotonic() - heard > SILENCE_S:
                raise self._refused(f"no record within {SILENCE_S:.0f} s")

    def _poll(self) -> Mapping[Any, Any]:
        try:
            found: Mapping[Any, Any] = self._consumer.poll(timeout_ms=500)
        except KafkaError as problem:
            raise self._refused(problem) from problem
        return found

    def _refused(self, problem: object) -> LakeRefused:
        said = problem if isinstance(problem, str) else type(problem).__name__
        return LakeRefused(
            f"Kafka at {self._kafka.bootstrap} cannot be read ({said}). Start it with 'myomap broker start', "
            "or set MYOMAP_BROKER to the address of yours; then run: myomap refresh"
        )
