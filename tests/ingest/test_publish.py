"""Publishing to a real Kafka: CloudEvents in binary mode, the patient's partition, all or a sentence."""

import contextlib
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from contracts.events import SymptomReported, decode
from contracts.settings import KafkaSettings, Settings
from contracts.topics import EVENTS, RECEIPTS
from ingest.errors import PublishFailed
from ingest.publish import KafkaPublisher, Message, event_message

LONG_AGO = datetime(2019, 1, 2, 3, 4, 5, tzinfo=UTC)


def symptom(key: str, number: int) -> SymptomReported:
    return SymptomReported(
        event_id=f"{number:032x}",
        patient_key=key,
        occurred_at=LONG_AGO,
        received_at=datetime(2026, 6, 1, tzinfo=UTC),
        source="home_app",
        contract_version=1,
        phase="after",
        pain=number % 11,
    )


def test_an_event_is_a_cloud_event_keyed_by_its_patient() -> None:
    message = event_message(symptom("a" * 32, 7))
    assert (message.topic, message.key) == (EVENTS, b"a" * 32)
    assert dict(message.headers) == {
        "ce_specversion": b"1.0",
        "ce_id": b"0" * 31 + b"7",
        "ce_source": b"/sources/home_app",
        "ce_type": b"SymptomReported",
        "ce_time": b"2019-01-02T03:04:05+00:00",
        "ce_dataschema": b"urn:myomap:event:SymptomReported:1",
        "content-type": b"application/json",
    }
    assert decode(message.value) == symptom("a" * 32, 7)


@pytest.mark.broker
def test_what_was_published_is_there_in_each_patients_order(
    kafka_settings: Callable[..., Settings], clean_topics: Callable[..., None]
) -> None:
    clean_topics(partitions=4)
    kafka = kafka_settings().kafka
    said = [symptom(f"{number % 5:032x}", number) for number in range(500)]
    with contextlib.closing(KafkaPublisher(kafka)) as publisher:
        publisher.publish([event_message(each) for each in said])
        publisher.publish([Message(RECEIPTS, b"record", b"{}")])
        found = everything(kafka, EVENTS)
    for key in {each.patient_key for each in said}:
        mine = [record for record in found if record.key == key.encode()]
        assert [decode(record.value) for record in mine] == [each for each in said if each.patient_key == key]
        assert len({record.partition for record in mine}) == 1
    now_ms = datetime.now(UTC).timestamp() * 1000
    assert all(abs(record.timestamp - now_ms) < 600_000 for record in found)
    assert all(dict(record.headers)["ce_id"].decode() == decode(record.value).event_id for record in found)


def everything(kafka: KafkaSettings, topic: str) -> list[Any]:
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap, enable_auto_commit=False)
    with contextlib.closing(consumer):
        partitions = [TopicPartition(topic, each) for each in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        found: list[Any] = []
        while any(consumer.position(each) < ends[each] for each in partitions):
            for records in consumer.poll(timeout_ms=1000).values():
                found += records
        return found


@pytest.mark.broker
def test_keys_go_where_kafkas_own_hash_puts_them(
    kafka_settings: Callable[..., Settings], clean_topics: Callable[..., None]
) -> None:
    from kafka import KafkaProducer

    clean_topics(partitions=4)
    kafka = kafka_settings().kafka
    keys = [f"{number:032x}".encode() for number in range(40)]
    with contextlib.closing(KafkaPublisher(kafka)) as publisher:
        publisher.publish([Message(RECEIPTS, key, b"door") for key in keys])
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
    for key in keys:
        producer.send(RECEIPTS, b"other", key)
    producer.close()
    places: dict[bytes, set[int]] = {}
    for record in everything(kafka, RECEIPTS):
        places.setdefault(record.key, set()).add(record.partition)
    assert [len(each) for each in places.values()] == [1] * 40


def test_a_broker_that_is_not_there_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    with (
        contextlib.closing(KafkaPublisher(KafkaSettings(bootstrap=address))) as publisher,
        pytest.raises(PublishFailed, match=rf"Kafka at {address} did not acknowledge 1 messages .* repeat"),
    ):
        publisher.publish([Message(RECEIPTS, b"key", b"{}")])


def test_nothing_to_publish_needs_no_broker() -> None:
    KafkaPublisher(KafkaSettings(bootstrap="127.0.0.1:1")).publish([])
