"""The names of Faust and aiokafka on which the transport stands, and what it makes of them."""

import asyncio
import inspect
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import aiokafka
import faust
import pytest
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.group_coordinator import GroupCoordinator
from faust.tables.recovery import Recovery
from faust.transport.consumer import Consumer, ThreadDelegateConsumer
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.position import LogBounds, StoreRefused
from streams.transport import BatchConsumer, BatchThread, BatchTransport, WholeFetch

P0, P1 = TP("myomap.events", 0), TP("myomap.events", 1)


def test_the_versions_are_those_for_which_the_names_below_were_read() -> None:
    assert faust.__version__ == "0.15.3"
    assert aiokafka.__version__.startswith("0.14.")


@pytest.mark.parametrize(
    ("owner", "names"),
    [
        (faust.App, ("_new_transport", "_create_directories", "_crash", "on_stop")),
        (
            driver.Consumer,
            (
                "_new_consumer_thread",
                "_wait_next_records",
                "_drain_messages",
                "perform_seek",
                "seek_wait",
                "earliest_offsets",
                "highwaters",
                "highwater",
                "assignment",
                "verify_event_path",
                "on_partitions_assigned",
                "on_partitions_revoked",
                "flow_active",
            ),
        ),
        (
            driver.AIOKafkaConsumerThread,
            ("_create_worker_consumer", "_ensure_consumer", "call_thread", "on_partitions_assigned"),
        ),
        (GroupCoordinator, ("_start_heartbeat_task", "_heartbeat_routine", "_on_join_complete")),
        (faust.Schema, ("loads_key", "loads_value", "compile")),
    ],
)
def test_faust_still_has_the_name(owner: type, names: tuple[str, ...]) -> None:
    assert [name for name in names if not hasattr(owner, name)] == []


@pytest.mark.parametrize(
    ("ours", "stock"),
    [
        (BatchConsumer.on_partitions_assigned, driver.Consumer.on_partitions_assigned),
        (BatchConsumer.on_partitions_revoked, driver.Consumer.on_partitions_revoked),
        (BatchConsumer.perform_seek, driver.Consumer.perform_seek),
        (BatchConsumer.getmany, driver.Consumer.getmany),
        (BatchConsumer._drain_messages, driver.Consumer._drain_messages),
        (BatchThread.on_partitions_assigned, driver.AIOKafkaConsumerThread.on_partitions_assigned),
        (BatchThread._create_worker_consumer, driver.AIOKafkaConsumerThread._create_worker_consumer),
    ],
)
def test_what_is_replaced_takes_the_same_arguments(ours: Any, stock: Any) -> None:
    assert list(inspect.signature(ours).parameters) == list(inspect.signature(stock).parameters)


def test_every_start_of_the_flow_goes_through_perform_seek() -> None:
    for starts in (Recovery._resume_streams, Recovery.on_recovery_completed):
        source = inspect.getsource(starts)
        assert source.index("consumer.perform_seek()") < source.index("consumer.resume_flow()")


def test_the_agents_get_their_messages_from_getmany_alone() -> None:
    assert "getmany(timeout=1.0)" in inspect.getsource(Consumer._drain_messages)
    assert "self._thread.getmany" in inspect.getsource(ThreadDelegateConsumer._getmany)


def test_aiokafka_reads_the_fetch_limits_from_the_names_that_are_set() -> None:
    source = inspect.getsource(aiokafka.AIOKafkaConsumer.start)
    assert "fetch_max_wait_ms=self._fetch_max_wait_ms" in source
    assert "fetch_min_bytes=self._fetch_min_bytes" in source
    assert "fetch_max_wait_ms" in inspect.signature(Fetcher.__init__).parameters


def test_the_transport_makes_our_consumer() -> None:
    assert BatchTransport.Consumer is BatchConsumer


def test_a_fetch_passes_the_schema_as_it_is() -> None:
    fetched = object()
    message = SimpleNamespace(value=fetched, key=b"k")
    assert WholeFetch().loads_value(None, message) is fetched
    assert WholeFetch().loads_key(None, message) is None


@dataclass
class FakeOwner:
    epochs: dict[int, int] = field(default_factory=lambda: {0: 1, 1: 1})
    offsets: dict[int, int] = field(default_factory=lambda: {0: 0, 1: 0})
    failures: list[BaseException] = field(default_factory=list)
    opened: set[int] = field(default_factory=set)

    async def open(self, partitions: set[int]) -> None:
        if 9 in partitions:
            raise StoreRefused("no")
        self.opened |= partitions

    async def close(self, partitions: set[int]) -> None:
        self.opened -= partitions

    def start(self, partition: int, bounds: LogBounds) -> int | None:
        return self.offsets.get(partition)

    def epoch(self, partition: int) -> int | None:
        return self.epochs.get(partition)

    def saw_end(self, partition: int, end: int) -> None: ...

    def fail(self, reason: BaseException) -> None:
        self.failures.append(reason)


class FakeConsumer(BatchConsumer):
    """The consumer without Faust below it: what was fetched is set by the test."""

    def __init__(self) -> None:
        self._expected, self._hole_seen, self._read_offset = {}, {}, {}
        self._buffered_partitions = set()
        self.app = SimpleNamespace(owner=FakeOwner(), consumer_generation_id=1)
        self.flow_active = True
        self.fetched: dict[TP, list[Any]] = {}
        self.log_start = 0
        self.seeks: list[dict[TP, int]] = []

    should_stop = False

    async def _wait_next_records(self, timeout: float) -> Any:
        return self.fetched, {P0, P1}

    async def earliest_offsets(self, *partitions: TP) -> dict[TP, int]:
        return dict.fromkeys(partitions, self.log_start)

    async def highwaters(self, *partitions: TP) -> dict[TP, int]:
        return dict.fromkeys(partitions, 100)

    def highwater(self, tp: TP) -> int:
        return 100

    def assignment(self) -> set[TP]:
        return {P0, P1}

    async def seek_wait(self, positions: Any) -> None:
        self.seeks.append(dict(positions))

    def get(self, **fetched: list[int]) -> list[Any]:
        self.fetched = {
            TP("myomap.events", int(name[1:])): [
                SimpleNamespace(offset=offset, timestamp=0, timestamp_type=0) for offset in offsets
            ]
            for name, offsets in fetched.items()
        }

        async def collect() -> list[Any]:
            return [message.value async for _, message in self.getmany(1.0)]

        return asyncio.run(collect())


@pytest.fixture
def consumer() -> FakeConsumer:
    made = FakeConsumer()
    asyncio.run(made.perform_seek())
    return made


def test_a_fetch_becomes_one_message_per_partition(consumer: FakeConsumer) -> None:
    first, second = consumer.get(p0=[0, 1, 2], p1=[0, 1])
    assert (first.partition, first.from_offset, first.to_offset, len(first.records)) == (0, 0, 3, 3)
    assert (second.partition, second.from_offset, second.to_offset, len(second.records)) == (1, 0, 2, 2)
    assert consumer.get(p0=[3])[0].from_offset == 3


def test_the_flow_starts_at_the_stored_offsets(consumer: FakeConsumer) -> None:
    consumer.owner.offsets = {0: 40, 1: 2}  # type: ignore[attr-defined]
    asyncio.run(consumer.perform_seek())
    assert consumer.seeks[-1] == {P0: 40, P1: 2}
    assert consumer.get(p0=[40])[0].from_offset == 40


def test_partitions_that_are_not_owned_are_neither_sought_nor_handed_on(consumer: FakeConsumer) -> None:
    consumer.owner.offsets, consumer.owner.epochs = {1: 2}, {1: 1}  # type: ignore[attr-defined]
    asyncio.run(consumer.perform_seek())
    assert consumer.seeks[-1] == {P1: 2}
    assert consumer.get(p0=[0, 1]) == []


def test_what_is_fetched_while_the_flow_is_stopped_is_dropped(consumer: FakeConsumer) -> None:
    consumer.flow_active = False
    assert consumer.get(p0=[0, 1]) == []


def test_a_hole_is_read_again_once_before_it_is_accepted(consumer: FakeConsumer) -> None:
    consumer.get(p0=[0, 1])
    assert consumer.get(p0=[4, 5]) == []
    assert consumer.seeks[-1] == {P0: 2}
    (fetched,) = consumer.get(p0=[4, 5])
    assert (fetched.from_offset, fetched.to_offset) == (2, 6)


def test_a_hole_that_the_logs_beginning_explains_is_refused(consumer: FakeConsumer) -> None:
    consumer.log_start = 4
    with pytest.raises(StoreRefused, match="events were deleted before they were read"):
        consumer.get(p0=[4, 5])


def test_a_log_that_goes_back_is_refused(consumer: FakeConsumer) -> None:
    consumer.get(p0=[0, 1, 2])
    with pytest.raises(StoreRefused, match="should go on at offset 3, but Kafka gave 0"):
        consumer.get(p0=[0])


def test_aiokafka_begins_the_heartbeats_after_the_callback_unless_they_run_already() -> None:
    source = inspect.getsource(GroupCoordinator.ensure_active_group)
    assert source.index("_do_rejoin_group(") < source.index("_start_heartbeat_task()")
    assert "if self._heartbeat_task is None" in inspect.getsource(GroupCoordinator._start_heartbeat_task)
    assert "_on_join_complete(" in inspect.getsource(GroupCoordinator._do_rejoin_group)


def test_the_heartbeats_begin_before_stores_are_brought_back() -> None:
    happened: list[str] = []

    class Thread(BatchThread):
        def __init__(self) -> None:
            coordinator = SimpleNamespace(_start_heartbeat_task=lambda: happened.append("heartbeats"))
            self._ensure_consumer = lambda: SimpleNamespace(_coordinator=coordinator)  # type: ignore[method-assign]
            self.consumer = SimpleNamespace(threadsafe_partitions_assigned=self._assigned)
            self.thread_loop = None

        async def _assigned(self, *arguments: Any) -> None:
            happened.append("stores")

    asyncio.run(Thread().on_partitions_assigned({P0}, 1))
    assert happened == ["heartbeats", "stores"]


def test_a_store_that_cannot_be_opened_ends_the_worker(consumer: FakeConsumer) -> None:
    asyncio.run(consumer.on_partitions_assigned({TP("myomap.events", 9)}))
    assert [str(failure) for failure in consumer.owner.failures] == ["no"]  # type: ignore[attr-defined]


def test_a_failure_while_reading_ends_the_worker(
    consumer: FakeConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: Any, fetcher: Any) -> None:
        raise StoreRefused("gone")

    monkeypatch.setattr(driver.Consumer, "_drain_messages", broken)
    asyncio.run(consumer._drain_messages(None))
    assert [str(failure) for failure in consumer.owner.failures] == ["gone"]  # type: ignore[attr-defined]
