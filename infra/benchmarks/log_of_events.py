"""Puts events into a broker's topics, and says how far the published progression has come."""

import asyncio
import time
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from contracts import topics
from contracts.registry import load
from contracts.settings import Settings
from infra.benchmarks.clinics import Said
from infra.topics import admin, ensure_topics

PATIENCE_S: Final = 300.0
OUTPUTS: Final = (topics.PROGRESSION, topics.TRANSITIONS, topics.QUARANTINED)


class _Place(msgspec.Struct):
    partition: int
    next_offset: int


class _Covered(msgspec.Struct):
    covers: _Place


_COVERED: Final = msgspec.json.Decoder(_Covered)


class Standstill(Exception):
    """The published progression does not come to the log's end; the message says how far it came."""


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a patient's events."""
    return zlib.crc32(key) % partitions


def write_log(settings: Settings, said: Sequence[Said], partitions: int | None = None) -> dict[int, int]:
    """The events into the topic of events, spread as over so many partitions; by partition the log's end."""
    return asyncio.run(_write(settings, said, partitions or settings.partitions))


async def _write(settings: Settings, said: Sequence[Said], partitions: int) -> dict[int, int]:
    from aiokafka import AIOKafkaProducer

    async with AIOKafkaProducer(
        bootstrap_servers=settings.kafka.bootstrap, linger_ms=5, max_batch_size=1 << 18
    ) as producer:
        for each in said:
            partition = partition_of(each.key, partitions)
            await producer.send(topics.EVENTS, value=each.value, key=each.key, partition=partition)
        await producer.flush()
    return await ends_of(settings)


async def ends_of(settings: Settings) -> dict[int, int]:
    """By partition the end of the topic of events."""
    from aiokafka import AIOKafkaConsumer, TopicPartition

    async with AIOKafkaConsumer(bootstrap_servers=settings.kafka.bootstrap) as consumer:
        whole = [TopicPartition(topics.EVENTS, number) for number in range(settings.partitions)]
        return {each.partition: end for each, end in (await consumer.end_offsets(whole)).items()}


def fresh_topics(settings: Settings, names: Sequence[str] = OUTPUTS) -> None:
    """Empty topics of these names; all others of the installation exist afterwards, too."""
    with admin(settings.kafka) as client:
        there = sorted(set(names) & set(client.list_topics()))
        if there:
            client.delete_topics(there)
        until = time.monotonic() + 30
        while set(names) & set(client.list_topics()) and time.monotonic() < until:
            time.sleep(0.1)
    ensure_topics(settings, load())


def other_topics(settings: Settings, *names: str) -> None:
    """Empty topics of the programs that ours is compared with."""
    from kafka.admin import NewTopic

    with admin(settings.kafka) as client:
        made = [NewTopic(name, settings.partitions) for name in names]
        client.create_topics(made, wait_for_metadata=True)


def compacted_topic(settings: Settings, name: str) -> None:
    """An empty compacted topic."""
    from kafka.admin import NewTopic

    with admin(settings.kafka) as client:
        made = NewTopic(name, settings.partitions, topic_configs={"cleanup.policy": "compact"})
        client.create_topics([made], wait_for_metadata=True)


def wait_for_progression(
    settings: Settings, ends: dict[int, int], ended: Callable[[], bool] = lambda: False
) -> float:
    """Wait until what is published covers the log; when a reader of committed messages saw that.

    Raises ``Standstill`` when the worker has ``ended`` before, or takes too long.
    """
    return asyncio.run(_wait(settings, ends, ended))


async def _wait(settings: Settings, ends: dict[int, int], ended: Callable[[], bool]) -> float:
    rest = {number: end for number, end in ends.items() if end}
    until = time.monotonic() + PATIENCE_S
    async with published(settings) as consumer:
        while rest:
            for messages in (await consumer.getmany(timeout_ms=100, max_records=5_000)).values():
                for partition, covered in covers(messages):
                    if covered >= rest.get(partition, covered + 1):
                        del rest[partition]
            if rest and (ended() or time.monotonic() > until):
                raise Standstill(f"Partitions {sorted(rest)} were not published to their end.")
    return time.time()


def published(settings: Settings) -> Any:
    """A reader of the topic of progression from its beginning, of committed messages only."""
    from aiokafka import AIOKafkaConsumer

    return AIOKafkaConsumer(
        topics.PROGRESSION,
        bootstrap_servers=settings.kafka.bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
        fetch_max_wait_ms=10,
        max_partition_fetch_bytes=4 << 20,
    )


def covers(messages: Sequence[Any]) -> list[tuple[int, int]]:
    """Partition and next offset that each message with a value covers."""
    places = [_COVERED.decode(each.value).covers for each in messages if each.value is not None]
    return [(place.partition, place.next_offset) for place in places]
