"""How far the stores of a home are behind a real log."""

from collections.abc import Callable

import pytest
from kafka import KafkaProducer

from contracts.settings import Home, Settings
from contracts.topics import EVENTS
from infra.lag import Lag, end_offsets, lag
from infra.workload import Record

pytestmark = pytest.mark.broker


@pytest.fixture
def settings(at_home: Callable[..., Settings], clean_topics: Callable[..., None], broker: str) -> Settings:
    clean_topics(partitions=2)
    return at_home(broker=broker, partitions=2)


def publish(broker: str, partition: int, count: int) -> None:
    producer = KafkaProducer(bootstrap_servers=broker)
    for _ in range(count):
        producer.send(EVENTS, b"x", partition=partition)
    producer.close()


def test_without_a_store_everything_is_behind(settings: Settings, broker: str) -> None:
    publish(broker, 1, 3)
    assert end_offsets(settings, EVENTS) == {0: 0, 1: 3}
    assert lag(settings) == Lag(events=3, waiting=0, end=3)


def test_what_is_in_a_store_is_not_behind_but_may_wait_to_be_published(
    settings: Settings, broker: str, home: Home, stored: list[Record]
) -> None:
    publish(broker, 0, len(stored) + 5)
    found = lag(settings)
    assert (found.events, found.end) == (5, len(stored) + 5)
    assert found.waiting > 0


def test_a_topic_that_is_not_there_has_no_end(settings: Settings) -> None:
    assert end_offsets(settings, "myomap.nothing") == {}
