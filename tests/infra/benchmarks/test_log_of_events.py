import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from contracts import topics
from contracts.settings import Settings
from infra.benchmarks.clinics import Said
from infra.benchmarks.log_of_events import (
    Standstill,
    compacted_topic,
    covers,
    ends_of,
    fresh_topics,
    other_topics,
    partition_of,
    wait_for_progression,
    write_log,
)
from infra.topics import admin
from infra.workload import log_of_events


@dataclass(frozen=True)
class Message:
    value: bytes | None


def test_a_patient_is_always_in_the_same_partition_and_all_are_used() -> None:
    keys = [each.key for each in log_of_events(3_000)]
    assert {partition_of(key, 8) for key in keys} == set(range(8))
    assert all(partition_of(key, 8) == partition_of(key, 8) for key in keys)


def test_any_message_with_a_value_says_what_it_covers() -> None:
    state = b'{"covers":{"partition":3,"next_offset":17},"view":{"a":[1]}}'
    marker = b'{"covers":{"next_offset":18,"partition":3},"topic_id":"x"}'
    assert covers([Message(state), Message(None), Message(marker)]) == [(3, 17), (3, 18)]


@pytest.mark.broker
def test_a_log_is_written_and_its_end_is_waited_for(kafka_settings: Callable[..., Settings]) -> None:
    settings = kafka_settings(partitions=2)
    fresh_topics(settings, (topics.EVENTS, *topics_of_ours()))
    said = [Said(each.key, each.value) for each in log_of_events(900)]
    ends = write_log(settings, said)
    assert sum(ends.values()) == len(said)
    assert ends == asyncio.run(ends_of(settings))
    with pytest.raises(Standstill, match=r"\[0, 1\]"):
        wait_for_progression(settings, ends, ended=lambda: True)
    asyncio.run(publish(settings, ends))
    assert wait_for_progression(settings, ends) > 0


@pytest.mark.broker
def test_topics_of_other_programs_are_made(kafka_settings: Callable[..., Settings]) -> None:
    settings = kafka_settings(partitions=2)
    other_topics(settings, "bench-one")
    compacted_topic(settings, "bench-other")
    with admin(settings.kafka) as client:
        assert {"bench-one", "bench-other"} <= set(client.list_topics())
        client.delete_topics(["bench-one", "bench-other"])


def topics_of_ours() -> tuple[str, ...]:
    return (topics.PROGRESSION, topics.TRANSITIONS, topics.QUARANTINED)


async def publish(settings: Settings, ends: dict[int, int]) -> None:
    from aiokafka import AIOKafkaProducer

    async with AIOKafkaProducer(bootstrap_servers=settings.kafka.bootstrap) as producer:
        for partition, end in ends.items():
            value = b'{"covers":{"partition":%d,"next_offset":%d}}' % (partition, end)
            await producer.send_and_wait(topics.PROGRESSION, value=value, key=b"covers", partition=partition)
