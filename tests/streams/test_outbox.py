import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from contracts import topics
from streams.messages import MARKER_KEY
from streams.opening import Log, open_store
from streams.outbox import FULL, Drainer, PublishFailed, drain
from streams.rows import Commit, EpisodeRow, Message, Position
from streams.store import Fenced, PartitionStore

LOG = Log("myomap.events", "topic-id", 3)


@dataclass
class Waiting:
    """What the outbox needs of a partition."""

    store: PartitionStore
    number: int = 3
    rules_version: str = "rules-1"
    log: Log = LOG
    lag: int = 0
    closing: bool = False
    closed: bool = False

    async def published(self, upto: Position) -> None:
        if not self.closed:
            self.store.published(upto)

    def has_any(self) -> bool:
        connection = sqlite3.connect(self.store.path)
        (count,) = connection.execute(
            "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM unpublished)"
        ).fetchone()
        connection.close()
        return bool(count)


@dataclass
class Heard:
    """An outlet that remembers whole transactions, and fails when told so."""

    transactions: list[list[Message]] = field(default_factory=list)
    fails: bool = False
    calls: list[str] = field(default_factory=list)
    meanwhile: Callable[[], Any] = field(default=lambda: None)

    @asynccontextmanager
    async def transaction(self, partition: int) -> AsyncIterator["Heard"]:
        assert partition == 3
        self._sent: list[Message] = []
        yield self
        await asyncio.sleep(0)
        if self.fails:
            raise PublishFailed("no broker")
        self.transactions.append(self._sent)
        self.meanwhile()

    async def send(self, messages: Sequence[Message]) -> None:
        self._sent += messages

    async def take_over(self, partition: int) -> None:
        self.calls.append(f"take over {partition}")

    async def let_go(self, partition: int) -> None:
        self.calls.append(f"let go {partition}")


def commit(store: PartitionStore, mark: bytes = b"1") -> None:
    at = store.next_offset
    episodes = {("ann", "knee"): EpisodeRow(b'{"stage":"S2"}', b"\x00detail" + mark)}
    fact = Message(topics.TRANSITIONS, b"ann", b"fact" + mark)
    store.commit(Commit(at, at + 7, {"ann": b"a" + mark}, episodes, [fact]))


@pytest.fixture
def waiting(tmp_path: Path) -> Waiting:
    store = open_store(tmp_path, LOG, "rules-1")
    commit(store)
    return Waiting(store)


def drained(waiting: Waiting, outlet: Heard) -> bool:
    return asyncio.run(drain(waiting, outlet))  # type: ignore[arg-type]


def test_everything_is_published_in_one_transaction_then_deleted(waiting: Waiting) -> None:
    commit(waiting.store, b"2")
    outlet = Heard()
    assert drained(waiting, outlet) is True
    (sent,) = outlet.transactions
    assert [(message.topic, message.key) for message in sent] == [
        (topics.TRANSITIONS, b"ann"),
        (topics.TRANSITIONS, b"ann"),
        (topics.PROGRESSION, b"ann"),
        (topics.PROGRESSION, b"ann/knee"),
        (topics.PROGRESSION, MARKER_KEY),
    ]
    assert drained(waiting, outlet) is False
    assert len(outlet.transactions) == 1


def test_the_marker_comes_last_and_says_how_far_who_has_published(waiting: Waiting) -> None:
    outlet = Heard()
    drained(waiting, outlet)
    assert json.loads(outlet.transactions[0][-1].value or b"") == {
        "covers": {"partition": 3, "next_offset": 7},
        "rules_version": "rules-1",
        "topic_id": "topic-id",
        "owner": waiting.store.owner,
    }


def test_a_progression_message_says_what_it_covers(waiting: Waiting) -> None:
    outlet = Heard()
    drained(waiting, outlet)
    assert json.loads(outlet.transactions[0][-2].value or b"") == {
        "covers": {"partition": 3, "next_offset": 7},
        "rules_version": "rules-1",
        "patient_key": "ann",
        "episode_id": "knee",
        "view": {"stage": "S2"},
        "detail": "AGRldGFpbDE=",
    }


def test_an_episode_that_was_taken_away_is_published_as_a_tombstone(waiting: Waiting) -> None:
    outlet = Heard()
    waiting.store.commit(Commit(7, 8, {"ann": b"gone"}, {("ann", "knee"): None}))
    drained(waiting, outlet)
    assert Message(topics.PROGRESSION, b"ann/knee", None) in outlet.transactions[0]


def test_what_is_committed_while_it_publishes_waits_for_the_next_time(waiting: Waiting) -> None:
    outlet = Heard(meanwhile=lambda: commit(waiting.store, b"2"))
    drained(waiting, outlet)
    outlet.meanwhile = lambda: None
    assert drained(waiting, outlet) is True
    first, second = outlet.transactions
    assert [message.value for message in (first[0], second[0])] == [b"fact1", b"fact2"]
    assert len(first) == len(second) == 4


def test_what_kafka_did_not_take_stays(waiting: Waiting) -> None:
    with pytest.raises(PublishFailed):
        drained(waiting, Heard(fails=True))
    assert waiting.has_any()


def test_an_owner_that_was_replaced_publishes_nothing(waiting: Waiting, tmp_path: Path) -> None:
    open_store(tmp_path, LOG, "rules-1")
    outlet = Heard()
    with pytest.raises(Fenced):
        drained(waiting, outlet)
    assert outlet.transactions == []


def test_a_partition_that_is_being_given_up_begins_no_publish(waiting: Waiting) -> None:
    waiting.closing = True
    assert drained(waiting, Heard()) is False
    assert waiting.has_any()


def test_a_publish_that_is_under_way_when_its_partition_is_given_up_counts(waiting: Waiting) -> None:
    def give_up() -> None:
        waiting.closing = True

    drained(waiting, Heard(meanwhile=give_up))
    assert not waiting.has_any()


def test_a_store_that_is_closed_while_it_publishes_keeps_its_outbox(waiting: Waiting, tmp_path: Path) -> None:
    def close() -> None:
        waiting.closing = waiting.closed = True
        waiting.store.close()

    drained(waiting, Heard(meanwhile=close))
    assert Waiting(open_store(tmp_path, LOG, "rules-1")).has_any()


class Slow(Heard):
    """An outlet that waits until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.may_end = asyncio.Event()
        self.begun = asyncio.Event()

    @asynccontextmanager
    async def transaction(self, partition: int) -> AsyncIterator[Heard]:
        self.begun.set()
        async with super().transaction(partition) as sending:
            yield sending
            await self.may_end.wait()


def test_folding_waits_while_too_much_of_a_partition_is_unpublished(waiting: Waiting) -> None:
    async def scene() -> None:
        drainer = Drainer([waiting], Heard())  # type: ignore[list-item]
        await asyncio.wait_for(drainer.room(), 1.0)
        for _ in range(FULL + 1):
            drainer.wake(3)
        folding = asyncio.create_task(drainer.room())
        await asyncio.sleep(0.01)
        assert not folding.done()
        running = asyncio.create_task(drainer.run())
        await asyncio.wait_for(folding, 1.0)
        assert not waiting.has_any()
        running.cancel()

    asyncio.run(scene())


def test_what_is_committed_while_a_publish_is_under_way_goes_out_together_after_it(waiting: Waiting) -> None:
    async def scene() -> list[list[Message]]:
        outlet = Slow()
        drainer = Drainer([waiting], outlet)  # type: ignore[list-item]
        running = asyncio.create_task(drainer.run())
        drainer.wake(3)
        await asyncio.wait_for(outlet.begun.wait(), 1.0)
        for mark in (b"2", b"3", b"4"):
            commit(waiting.store, mark)
            drainer.wake(3)
            await asyncio.sleep(0)
        outlet.may_end.set()
        while waiting.has_any():
            await asyncio.sleep(0.005)
        running.cancel()
        return outlet.transactions

    first, second = asyncio.run(scene())
    assert [message.value for message in first if message.topic == topics.TRANSITIONS] == [b"fact1"]
    told = [message.value for message in second if message.topic == topics.TRANSITIONS]
    assert told == [b"fact2", b"fact3", b"fact4"]


def test_a_partition_that_is_far_behind_publishes_less_often(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.outbox.GATHER_BEHIND_SECONDS", 60.0)

    async def scene() -> None:
        waiting.lag = 100_000
        outlet = Heard()
        drainer = Drainer([waiting], outlet)  # type: ignore[list-item]
        running = asyncio.create_task(drainer.run())
        drainer.wake(3)
        await asyncio.sleep(0.05)
        commit(waiting.store, b"2")
        drainer.wake(3)
        await asyncio.sleep(0.05)
        assert len(outlet.transactions) == 1
        for _ in range(FULL):  # but not so seldom that folding has to wait
            drainer.wake(3)
        await asyncio.sleep(0.05)
        assert len(outlet.transactions) == 2
        running.cancel()

    asyncio.run(scene())


def test_a_partition_that_has_caught_up_does_not_wait_as_if_it_were_behind(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.outbox.GATHER_BEHIND_SECONDS", 60.0)

    async def scene() -> None:
        waiting.lag = 100_000
        outlet = Heard()
        drainer = Drainer([waiting], outlet)  # type: ignore[list-item]
        running = asyncio.create_task(drainer.run())
        drainer.wake(3)
        await asyncio.sleep(0.05)
        commit(waiting.store, b"2")
        waiting.lag = 0
        drainer.wake(3)
        await asyncio.sleep(0.2)
        assert len(outlet.transactions) == 2
        running.cancel()

    asyncio.run(scene())


def test_a_failed_publish_ends_the_drainer(waiting: Waiting) -> None:
    async def scene() -> None:
        drainer = Drainer([waiting], Heard(fails=True))  # type: ignore[list-item]
        drainer.wake(3)
        with pytest.raises(PublishFailed):
            await asyncio.wait_for(drainer.run(), 1.0)

    asyncio.run(scene())


def test_a_partition_is_given_up_after_the_publish_that_is_under_way(waiting: Waiting) -> None:
    async def scene() -> Slow:
        outlet = Slow()
        drainer = Drainer([waiting], outlet)  # type: ignore[list-item]
        running = asyncio.create_task(drainer.run())
        drainer.wake(3)
        await asyncio.wait_for(outlet.begun.wait(), 1.0)
        waiting.closing = True
        leaving = asyncio.create_task(drainer.let_go(3))
        await asyncio.sleep(0.01)
        assert not leaving.done() and outlet.calls == []
        outlet.may_end.set()
        await asyncio.wait_for(leaving, 1.0)
        running.cancel()
        return outlet

    outlet = asyncio.run(scene())
    assert outlet.calls == ["let go 3"]
    assert len(outlet.transactions) == 1 and not waiting.has_any()


def test_a_publish_that_hangs_does_not_keep_its_partition(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.outbox.GRACE_SECONDS", 0.01)

    async def scene() -> Slow:
        outlet = Slow()
        drainer = Drainer([waiting], outlet)  # type: ignore[list-item]
        running = asyncio.create_task(drainer.run())
        drainer.wake(3)
        await asyncio.wait_for(outlet.begun.wait(), 1.0)
        waiting.closing = True
        await asyncio.wait_for(drainer.let_go(3), 1.0)
        running.cancel()
        return outlet

    outlet = asyncio.run(scene())
    assert outlet.calls == ["let go 3"] and outlet.transactions == []
    assert waiting.has_any()


def test_two_who_want_to_publish_take_turns(waiting: Waiting) -> None:
    async def scene() -> Slow:
        outlet = Slow()
        drainer = Drainer([waiting], outlet)  # type: ignore[list-item]
        running = asyncio.create_task(drainer.run())
        drainer.wake(3)
        await asyncio.wait_for(outlet.begun.wait(), 1.0)
        rest = asyncio.create_task(drainer.drain_all())
        await asyncio.sleep(0.01)
        outlet.may_end.set()
        await asyncio.wait_for(rest, 1.0)
        running.cancel()
        return outlet

    assert len(asyncio.run(scene()).transactions) == 1


def test_all_that_waits_is_published_before_the_worker_ends(waiting: Waiting) -> None:
    outlet = Heard()
    asyncio.run(Drainer([waiting], outlet).drain_all())  # type: ignore[list-item]
    assert len(outlet.transactions) == 1 and not waiting.has_any()
