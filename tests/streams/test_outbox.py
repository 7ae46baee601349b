import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from contracts import topics
from streams.opening import Log, open_store
from streams.outbox import FULL, Drainer, PublishFailed, drain
from streams.rows import Commit, EpisodeRow, Message
from streams.store import Fenced, PartitionStore

LOG = Log("myomap.events", "topic-id", 3)


@dataclass
class Waiting:
    """What the outbox needs of a partition."""

    store: PartitionStore
    number: int = 3
    rules_version: str = "rules-1"
    closed: bool = False


@dataclass
class Heard:
    """An outlet that remembers, and fails when told so."""

    messages: list[Message] = field(default_factory=list)
    fails: bool = False

    async def publish(self, partition: int, messages: Sequence[Message]) -> None:
        assert partition == 3
        if self.fails:
            raise PublishFailed("no broker")
        self.messages += messages


@pytest.fixture
def waiting(tmp_path: Path) -> Waiting:
    store = open_store(tmp_path, LOG, "rules-1")
    episodes = {("ann", "knee"): EpisodeRow(b'{"stage":"S2"}', b"\x00detail")}
    store.commit(Commit(0, 7, {"ann": b"a"}, episodes, [Message(topics.TRANSITIONS, b"ann", b"fact")]))
    return Waiting(store)


def test_everything_is_published_then_deleted(waiting: Waiting) -> None:
    outlet = Heard()
    assert asyncio.run(drain(waiting, outlet)) is True  # type: ignore[arg-type]
    assert [message.topic for message in outlet.messages] == [topics.TRANSITIONS, topics.PROGRESSION]
    assert asyncio.run(drain(waiting, outlet)) is False  # type: ignore[arg-type]
    assert len(outlet.messages) == 2


def test_a_progression_message_says_what_it_covers(waiting: Waiting) -> None:
    outlet = Heard()
    asyncio.run(drain(waiting, outlet))  # type: ignore[arg-type]
    message = outlet.messages[-1]
    assert message.key == b"ann/knee"
    assert json.loads(message.value or b"") == {
        "covers": {"partition": 3, "next_offset": 7},
        "rules_version": "rules-1",
        "patient_key": "ann",
        "episode_id": "knee",
        "view": {"stage": "S2"},
        "detail": "AGRldGFpbA==",
    }


def test_an_episode_that_was_taken_away_is_published_as_a_tombstone(waiting: Waiting) -> None:
    outlet = Heard()
    waiting.store.commit(Commit(7, 8, {"ann": b"gone"}, {("ann", "knee"): None}))
    asyncio.run(drain(waiting, outlet))  # type: ignore[arg-type]
    assert outlet.messages[-1] == Message(topics.PROGRESSION, b"ann/knee", None)


def test_what_kafka_did_not_take_stays(waiting: Waiting) -> None:
    with pytest.raises(PublishFailed):
        asyncio.run(drain(waiting, Heard(fails=True)))  # type: ignore[arg-type]
    assert waiting.store.pending()


def test_an_owner_that_was_replaced_publishes_nothing(waiting: Waiting, tmp_path: Path) -> None:
    open_store(tmp_path, LOG, "rules-1")
    outlet = Heard()
    with pytest.raises(Fenced):
        asyncio.run(drain(waiting, outlet))  # type: ignore[arg-type]
    assert outlet.messages == []


def test_a_closed_partition_is_left_alone(waiting: Waiting) -> None:
    waiting.store.close()
    waiting.closed = True
    assert asyncio.run(drain(waiting, Heard())) is False  # type: ignore[arg-type]


def test_a_partition_that_is_closed_while_it_publishes_keeps_its_outbox(waiting: Waiting) -> None:
    class Closing(Heard):
        async def publish(self, partition: int, messages: Sequence[Message]) -> None:
            await super().publish(partition, messages)
            waiting.closed = True

    asyncio.run(drain(waiting, Closing()))  # type: ignore[arg-type]
    assert waiting.store.pending()


def test_folding_waits_while_too_much_is_unpublished(waiting: Waiting) -> None:
    async def scene() -> None:
        drainer = Drainer([waiting], Heard())  # type: ignore[list-item]
        await asyncio.wait_for(drainer.room(), 1.0)
        for _ in range(FULL + 1):
            drainer.wake()
        folding = asyncio.create_task(drainer.room())
        await asyncio.sleep(0.01)
        assert not folding.done()
        running = asyncio.create_task(drainer.run())
        await asyncio.wait_for(folding, 1.0)
        assert not waiting.store.pending()
        running.cancel()

    asyncio.run(scene())
