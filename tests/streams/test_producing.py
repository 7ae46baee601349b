"""Transactions on a real broker: all or nothing, and one publisher for each partition."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from contracts import topics
from contracts.settings import KafkaSettings
from streams.producing import KafkaOutlet, PublishFailed, client_options, transactional_id
from streams.rows import Message
from streams.store import Fenced


def said(*values: bytes, topic: str = topics.PROGRESSION) -> list[Message]:
    return [Message(topic, b"ann/knee", value) for value in values]


@pytest.fixture
def kafka(broker: str, clean_topics: Callable[..., None]) -> KafkaSettings:
    clean_topics(partitions=2)
    return KafkaSettings(bootstrap=broker)


def heard(kafka: KafkaSettings, topic: str = topics.PROGRESSION) -> list[bytes]:
    """What a reader of committed messages finds in partition 1."""
    consumer = KafkaConsumer(
        bootstrap_servers=kafka.bootstrap, enable_auto_commit=False, isolation_level="read_committed"
    )
    place = TopicPartition(topic, 1)
    consumer.assign([place])
    consumer.seek_to_beginning(place)
    (end,) = consumer.end_offsets([place]).values()
    found: list[bytes] = []
    while consumer.position(place) < end:
        found += [each.value for each in consumer.poll(timeout_ms=500).get(place, [])]
    consumer.close()
    return found


@pytest.mark.broker
def test_readers_see_all_of_a_transaction_or_nothing(kafka: KafkaSettings) -> None:
    async def scene() -> None:
        outlet = KafkaOutlet(kafka, None)
        await outlet.take_over(1)
        async with outlet.transaction(1) as sending:
            await sending.send(said(b"1", b"2") + said(b"fact", topic=topics.TRANSITIONS))
            await sending.send(said(b"3"))
        with pytest.raises(RuntimeError):
            async with outlet.transaction(1) as sending:
                await sending.send(said(*(b"never" * 20_000 for _ in range(20))))
                raise RuntimeError("killed in mid-transaction")
        await outlet.close()
        again = KafkaOutlet(kafka, None)
        await again.take_over(1)
        async with again.transaction(1) as sending:
            await sending.send(said(b"4"))
        await again.close()

    asyncio.run(scene())
    assert heard(kafka) == [b"1", b"2", b"3", b"4"]
    assert heard(kafka, topics.TRANSITIONS) == [b"fact"]


@pytest.mark.broker
def test_whoever_takes_a_partition_over_is_the_only_one_who_publishes_for_it(kafka: KafkaSettings) -> None:
    async def scene() -> None:
        old, new = KafkaOutlet(kafka, None), KafkaOutlet(kafka, None)
        await old.take_over(1)
        await old.take_over(0)
        with pytest.raises(Fenced, match="another worker took the partition over"):
            async with old.transaction(1) as sending:
                await sending.send(said(b"too late"))
                await new.take_over(1)
        async with new.transaction(1) as sending:
            await sending.send(said(b"1"))
        async with old.transaction(0) as sending:  # its other partition is still its own
            await sending.send(said(b"of another partition"))
        await asyncio.gather(old.close(), new.close())

    asyncio.run(scene())
    assert heard(kafka) == [b"1"]


@pytest.mark.broker
def test_a_large_state_and_many_small_ones_go_out_in_their_order(kafka: KafkaSettings) -> None:
    values = [b"%d" % number for number in range(5_000)] + [b"x" * 3_000_000] + [b"last"]

    async def scene() -> None:
        outlet = KafkaOutlet(kafka, None)
        await outlet.take_over(1)
        async with outlet.transaction(1) as sending:
            for at in range(0, len(values), 700):
                await sending.send(said(*values[at : at + 700]))
        await outlet.close()

    asyncio.run(scene())
    assert heard(kafka) == values


@pytest.mark.broker
def test_a_state_that_is_larger_than_kafka_takes_is_named_as_such(kafka: KafkaSettings) -> None:
    async def scene() -> None:
        outlet = KafkaOutlet(kafka, None)
        await outlet.take_over(1)
        with pytest.raises(PublishFailed, match=r"larger than Kafka takes.*myomap topics"):
            async with outlet.transaction(1) as sending:
                await sending.send(said(b"x" * 9_000_000))
        await outlet.close()

    asyncio.run(scene())


def test_without_a_broker_the_message_says_what_to_do() -> None:
    async def scene() -> None:
        with pytest.raises(PublishFailed, match="check the broker, then start again"):
            await KafkaOutlet(KafkaSettings(bootstrap="127.0.0.1:1"), None).take_over(1)

    asyncio.run(scene())


def test_clients_take_the_settings_of_the_installation() -> None:
    plain = client_options(KafkaSettings(bootstrap="a:1,b:2"), None)
    assert plain["bootstrap_servers"] == ["a:1", "b:2"] and "sasl_mechanism" not in plain
    safe: dict[str, Any] = client_options(
        KafkaSettings(
            security_protocol="SASL_SSL", sasl_mechanism="PLAIN", sasl_username="u", sasl_password="p"
        ),
        None,
    )
    assert (safe["sasl_mechanism"], safe["sasl_plain_username"]) == ("PLAIN", "u")


def test_each_partition_has_a_transactional_id_of_its_own() -> None:
    assert {transactional_id(number) for number in range(3)} == {
        "myomap-streams-0", "myomap-streams-1", "myomap-streams-2"
    }  # fmt: skip
