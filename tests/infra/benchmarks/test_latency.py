"""A stand-in for the worker publishes at once; how fast that is is not for a test to say."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from contracts import topics
from contracts.settings import Settings
from infra.benchmarks.clinics import Said
from infra.benchmarks.latency import latency
from infra.benchmarks.log_of_events import OUTPUTS, fresh_topics
from infra.workload import log_of_events

PARTITIONS = 2


@pytest.fixture
def settings(kafka_settings: Callable[..., Settings]) -> Settings:
    made = kafka_settings(partitions=PARTITIONS)
    fresh_topics(made, (topics.EVENTS, *OUTPUTS))
    return made


def said() -> list[Said]:
    return [Said(each.key, each.value) for each in log_of_events(90)][:60]


@pytest.mark.broker
def test_every_event_is_waited_for_until_it_shows(settings: Settings) -> None:
    seconds = iter([1.0, 1.5])
    with publishing(settings):
        found = latency(settings, said(), 200, lambda: next(seconds))
    assert 0 < found.p50 <= found.p99
    assert found.core > 0
    assert found.lost == 0


@pytest.mark.broker
def test_what_never_shows_is_counted(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.benchmarks.latency.PATIENCE_S", 0.5)
    assert latency(settings, said(), 500, lambda: 0.0).lost == 60


@contextmanager
def publishing(settings: Settings) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_publish(settings, stop)))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


async def _publish(settings: Settings, stop: threading.Event) -> None:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

    bootstrap = settings.kafka.bootstrap
    consumer = AIOKafkaConsumer(topics.EVENTS, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    async with consumer, AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        while not stop.is_set():
            for place, records in (await consumer.getmany(timeout_ms=50)).items():
                covers = b'{"covers":{"partition":%d,"next_offset":%d}}'
                value = covers % (place.partition, records[-1].offset + 1)
                await producer.send_and_wait(
                    topics.PROGRESSION, value=value, key=b"covers", partition=place.partition
                )
