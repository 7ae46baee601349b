"""Looks at the log with a client of its own, apart from the one that reads: how much waits, and how long.

A reader that has come to a stop cannot tell how far behind it is; this client can.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from contracts.settings import KafkaSettings, kafka_python_options
from streams.figures import Unread

log = logging.getLogger(__name__)

PATIENCE_MS = 5_000
"""How long the broker may take for one answer."""


class ProbeFailed(Exception):
    """The log could not be looked at; nothing new is known of it."""


class Looks(Protocol):
    """What looks at the log."""

    def look(self, positions: Mapping[int, int]) -> dict[int, Unread]:
        """What the log holds at or after these offsets; raises ``ProbeFailed``."""


class LogWatch:
    """Looks at the log again and again from a thread of its own, and tells ``saw`` what it found."""

    def __init__(
        self,
        probe: Looks,
        positions: Callable[[], Mapping[int, int]],
        saw: Callable[[int, Unread], None],
        every: float,
    ) -> None:
        self._probe = probe
        self._positions = positions
        self._saw = saw
        self._every = every
        self._stopped = threading.Event()

    def start(self) -> None:
        """Look until ``stop``."""
        threading.Thread(target=self._run, name="log-watch", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    def look(self) -> None:
        """Look once at the partitions that are owned now."""
        positions = dict(self._positions())
        if not positions:
            return
        try:
            found = self._probe.look(positions)
        except ProbeFailed as problem:
            log.info("The log could not be looked at (%s).", problem)
            return
        for partition, unread in found.items():
            self._saw(partition, unread)

    def _run(self) -> None:
        while not self._stopped.wait(self._every):
            self.look()


class LogProbe:
    """Sees the partitions of one topic without being a member of a group; for use by one thread."""

    def __init__(self, kafka: KafkaSettings, topic: str) -> None:
        self._kafka = kafka
        self._topic = topic
        self._consumer: KafkaConsumer | None = None

    def look(self, positions: Mapping[int, int]) -> dict[int, Unread]:
        """What the log holds at or after these offsets, by partition; raises ``ProbeFailed``."""
        try:
            return self._look({TopicPartition(self._topic, each): at for each, at in positions.items()})
        except Exception as problem:  # it only looks on: whatever fails here must not end the worker
            self.close()
            raise ProbeFailed(f"{type(problem).__name__}: {problem}") from problem

    def close(self) -> None:
        """Let go of the connection."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=0)

    def _look(self, positions: Mapping[TopicPartition, int]) -> dict[int, Unread]:
        consumer = self._connected()
        consumer.assign(list(positions))
        ends = consumer.end_offsets(list(positions), timeout_ms=PATIENCE_MS)
        behind = {place: at for place, at in positions.items() if at < ends[place]}
        since = self._timestamps(consumer, behind)
        return {place.partition: Unread(ends[place], since.get(place)) for place in positions}

    def _timestamps(self, consumer: Any, behind: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """Kafka's timestamp of the first record at or after each offset; none where only markers follow."""
        found: dict[TopicPartition, int] = {}
        consumer.pause(*consumer.assignment())
        for place, offset in behind.items():
            consumer.seek(place, offset)
            consumer.resume(place)
        until = time.monotonic() + PATIENCE_MS / 1000
        waiting = set(behind)
        while waiting and time.monotonic() < until:
            for place, records in consumer.poll(timeout_ms=200, max_records=1).items():
                found[place] = records[0].timestamp
                consumer.pause(place)
            waiting = {each for each in waiting - found.keys() if consumer.position(each) <= behind[each]}
        return found

    def _connected(self) -> KafkaConsumer:
        if self._consumer is None:
            self._consumer = KafkaConsumer(
                **kafka_python_options(self._kafka),
                client_id="myomap-streams-probe",
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                max_partition_fetch_bytes=64 * 1024,
                request_timeout_ms=PATIENCE_MS,
                bootstrap_timeout_ms=PATIENCE_MS,
            )
        return self._consumer


def members_of(kafka: KafkaSettings, group: str) -> int | None:
    """How many members a consumer group has; None when the broker does not say."""
    try:
        admin = KafkaAdminClient(
            **kafka_python_options(kafka), request_timeout_ms=PATIENCE_MS, bootstrap_timeout_ms=PATIENCE_MS
        )
        try:
            described = admin.describe_groups([group])
        finally:
            admin.close()
    except (KafkaError, OSError):
        return None
    found = described.get(group)
    return None if found is None or found["error"] else len(found["members"])
