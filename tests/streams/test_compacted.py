"""What is published, read from a real broker: past what was given up, and from the end for the marker."""

import asyncio
from collections.abc import Callable

import pytest
from kafka import KafkaProducer

from contracts import topics
from contracts.settings import KafkaSettings
from streams.compacted import TAIL, KafkaPublished, NotReadable
from streams.messages import MARKER_KEY, marker_message
from streams.position import LogBounds
from streams.producing import KafkaOutlet
from streams.rows import Marker, Message


def states(first: int, count: int, size: int = 10) -> list[Message]:
    return [
        Message(topics.PROGRESSION, b"ann/%d" % number, b"x" * size) for number in range(first, first + count)
    ]


@pytest.fixture
def kafka(broker: str, clean_topics: Callable[..., None]) -> KafkaSettings:
    clean_topics(partitions=2)
    return KafkaSettings(bootstrap=broker)


async def given_up(kafka: KafkaSettings, messages: list[Message]) -> None:
    """A publish whose worker is killed in the middle of it; the next owner finds it."""
    outlet = KafkaOutlet(kafka, None)
    await outlet.take_over(1)
    with pytest.raises(ZeroDivisionError):
        async with outlet.transaction(1) as sending:
            await sending.send(messages)
            await sending.finish()
            raise ZeroDivisionError
    await outlet.close()


@pytest.mark.broker
def test_what_is_published_is_read_to_its_end_and_its_marker_is_found(kafka: KafkaSettings) -> None:
    async def scene() -> None:
        outlet = KafkaOutlet(kafka, None)
        for number in range(3):
            await outlet.take_over(1)
            async with outlet.transaction(1) as sending:
                await sending.send([Message(topics.QUARANTINED, None, b"note %d" % number)])
                await sending.send(states(100 * number, 100))
                await sending.send([marker_message(Marker(10 * number, "id", "rules", "me"), 1)])
            # More is given up than one look at the end takes.
            await given_up(kafka, states(1_000, 3 * TAIL, 20_000))
        await outlet.take_over(1)
        await outlet.close()

    with KafkaPublished(kafka, None) as published:
        assert published.marker(1) is None
        assert list(published.read(1)) == list(published.notes(1)) == []
    asyncio.run(scene())
    with KafkaPublished(kafka, None) as published:
        assert published.marker(1) == Marker(20, "id", "rules", "me")
        assert published.marker(0) is None
        assert [each.value for notes in published.notes(1) for each in notes] == [
            b"note 0", b"note 1", b"note 2"
        ]  # fmt: skip
        parts = list(published.read(1))
        assert parts[-1][1] == published.bounds(1).end
        keys = [record.key for records, _ in parts for record in records]
    assert len(keys) == 303
    assert keys.count(MARKER_KEY) == 3
    assert keys[100] == keys[-1] == MARKER_KEY


@pytest.mark.broker
def test_the_bounds_are_those_of_the_events(kafka: KafkaSettings) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
    for _ in range(7):
        producer.send(topics.EVENTS, b"event", partition=1)
    producer.close()
    with KafkaPublished(kafka, None) as published:
        assert published.log_bounds(1) == LogBounds(0, 7)
        assert published.log_bounds(0) == LogBounds(0, 0)


def test_without_a_broker_the_message_says_what_to_do() -> None:
    with pytest.raises(NotReadable, match="check the broker, then start the worker again"):
        KafkaPublished(KafkaSettings(bootstrap="127.0.0.1:1"), None).__enter__()
