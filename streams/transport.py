"""Faust's Kafka transport, changed to hand on whole fetches and to start at the stored offsets.

Stock Faust makes one event, four tasks and one acknowledgement per record. Here an agent gets one
event per (partition, fetch) with the raw records, Faust never commits, and every start of the flow
seeks the offsets that the stores hold. ``tests/streams/test_transport.py`` holds the names of Faust
and aiokafka on which this stands.
"""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol

import aiokafka
from aiokafka.errors import IllegalStateError, KafkaError
from faust import Schema
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from streams.batch import Fetched
from streams.position import LogBounds, StoreRefused

log = logging.getLogger(__name__)

FETCH_MAX_WAIT_MS = 25
"""How long the broker may wait for more records: most of the latency, and most of the idle load."""
FETCH_MIN_BYTES = 1024 * 1024


class Owner(Protocol):
    """What the transport asks of the owner of the stores; Faust's app carries it as ``owner``."""

    async def open(self, partitions: set[int]) -> None:
        """Become the owner of these partitions' stores."""

    async def close(self, partitions: set[int]) -> None:
        """Let go of these partitions' stores."""

    def start(self, partition: int, bounds: LogBounds) -> int | None:
        """The offset to read next, or None when the partition is not owned."""

    def epoch(self, partition: int) -> int | None:
        """The epoch of the partition's store, or None when it is not owned."""

    def saw_end(self, partition: int, end: int) -> None:
        """Take note of the log's end, for lag."""

    def fail(self, reason: BaseException) -> None:
        """End the process: nothing may go on after a failure."""


class WholeFetch(Schema):  # type: ignore[misc]
    """Hands a fetch on as it is."""

    def loads_key(self, app: Any, message: Any, **options: Any) -> Any:
        """The key: there is none."""
        return None

    def loads_value(self, app: Any, message: Any, **options: Any) -> Any:
        """The fetch itself."""
        return message.value


class BatchThread(driver.AIOKafkaConsumerThread):
    """The thread that owns aiokafka's consumer."""

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Faust fixes 1500 ms, and one slow fetch blocks the others.
        consumer._fetch_max_wait_ms = FETCH_MAX_WAIT_MS
        consumer._fetch_min_bytes = FETCH_MIN_BYTES
        return consumer

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Begin the heartbeats, which aiokafka begins only afterwards: bringing stores back may take long."""
        self._ensure_consumer()._coordinator._start_heartbeat_task()
        await super().on_partitions_assigned(assigned, generation_id)

    async def hint(self, offsets: Mapping[TP, int]) -> None:
        """Tell the group how far the stores are; only lag monitors read this, so a failure is a log line."""
        await self.call_thread(self._hint, offsets)

    async def _hint(self, offsets: Mapping[TP, int]) -> None:
        owned = self.assignment()
        try:
            await self._ensure_consumer().commit(
                {driver.ensure_aiokafka_TP(tp): offset for tp, offset in offsets.items() if tp in owned}
            )
        except KafkaError as problem:
            log.info("The group's offsets were not updated (%s); the stores' offsets stand.", problem)


class BatchConsumer(driver.Consumer):
    """Yields one message per (partition, fetch) and starts where the stores are."""

    _expected: dict[TP, int]
    _hole_seen: dict[TP, int]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._expected = {}
        self._hole_seen = {}

    @property
    def owner(self) -> Owner:
        """The owner of the stores."""
        owner: Owner = self.app.owner
        return owner

    def _new_consumer_thread(self) -> BatchThread:
        return BatchThread(self, loop=self.loop, beacon=self.beacon)

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: Faust's own check speaks of commits that are never made here; see ``watchdog``."""

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Open the stores, then let Faust go on."""
        try:
            await self.owner.open({tp.partition for tp in assigned})
            await super().on_partitions_assigned(assigned, generation_id)
        except Exception as failure:
            self.owner.fail(failure)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Let Faust finish what it is doing, then close the stores."""
        try:
            await super().on_partitions_revoked(revoked)
            await self.owner.close({tp.partition for tp in revoked})
        except Exception as failure:
            self.owner.fail(failure)

    async def perform_seek(self) -> None:
        """Go to the stored offset of each owned partition; what the group committed does not matter."""
        try:
            await self._seek_stored()
        except IllegalStateError:
            raise  # a rebalance came in between; Faust seeks again after it
        except Exception as failure:
            self.owner.fail(failure)

    async def _seek_stored(self) -> None:
        assigned = sorted(self.assignment())
        starts = await self.earliest_offsets(*assigned)
        ends = await self.highwaters(*assigned)
        positions: dict[TP, int] = {}
        for tp in assigned:
            position = self.owner.start(tp.partition, LogBounds(starts[tp], ends[tp]))
            if position is not None:
                positions[tp] = position
                self.owner.saw_end(tp.partition, ends[tp])
        await self._go_to(positions)

    async def _go_to(self, positions: Mapping[TP, int]) -> None:
        await self.seek_wait(positions)
        self._expected.update(positions)
        self._read_offset.update(positions)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """One message per partition that has records; its value is a ``Fetched``."""
        found, active = await self._wait_next_records(timeout)
        for tp, records in (found or {}).items():
            if self.should_stop or not self.flow_active:
                return  # whatever is dropped here is read again: the next start of the flow seeks
            if not records or not (tp in active or tp in self._buffered_partitions):
                continue
            fetched = await self._fetched(tp, records)
            if fetched is not None:
                self._expected[tp] = fetched.to_offset
                self.owner.saw_end(tp.partition, self.highwater(tp))
                yield tp, self._message(tp, fetched)

    async def _fetched(self, tp: TP, records: Sequence[Any]) -> Fetched | None:
        epoch, expected, first = self.owner.epoch(tp.partition), self._expected.get(tp), records[0].offset
        if epoch is None or expected is None:
            return None
        if first != expected and not await self._accept_hole(tp, expected, first):
            return None
        return Fetched(tp.partition, epoch, expected, records[-1].offset + 1, records)

    async def _accept_hole(self, tp: TP, expected: int, first: int) -> bool:
        """Whether a jump in the offsets is one of the log's own (a transaction marker), seen twice."""
        start = (await self.earliest_offsets(tp))[tp]
        if first < expected or start > expected:
            raise StoreRefused(
                f"Partition {tp.partition} of {tp.topic} should go on at offset {expected}, but Kafka gave "
                f"{first} and the log begins at {start}: events were deleted before they were read, or the "
                "topic was made again. Nothing was skipped; start the worker again, it says what to do."
            )
        if self._hole_seen.get(tp) == expected:
            return True
        self._hole_seen[tp] = expected
        await self._go_to({tp: expected})
        return False

    def _message(self, tp: TP, fetched: Fetched) -> ConsumerMessage:
        last = fetched.records[-1]
        stamp = (last.timestamp or 0) / 1000.0
        return ConsumerMessage(
            tp.topic, tp.partition, last.offset, stamp, last.timestamp_type, [], None, fetched,
            None, 0, 0, tp, generation_id=self.app.consumer_generation_id,
        )  # fmt: skip

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            await super()._drain_messages(fetcher)
        except Exception as failure:
            self.owner.fail(failure)


class BatchTransport(driver.Transport):
    """Faust's transport with the consumer above."""

    Consumer = BatchConsumer
