"""An operator's verb publishes what a store has to say, and nobody else can meanwhile."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition

from contracts import topics
from contracts.settings import Settings
from streams.messages import MARKER_KEY
from streams.opening import Log, open_store
from streams.progression.state import PatientState
from streams.rows import Commit, Message
from streams.sole_publisher import sole_publisher
from streams.states import changed_rows
from streams.store import Fenced

LOG = Log(topics.EVENTS, "id", 1)


def waits(folder: Path, number: int) -> None:
    """Something of one person waits in the store of partition 1."""
    store = open_store(folder, LOG, "rules")
    erased = {f"{number:032x}": PatientState(patient_key=f"{number:032x}", erased=True)}
    told = Message(topics.TRANSITIONS, b"key", json.dumps({"message_id": str(number)}).encode())
    store.commit(Commit(number, number + 1, *changed_rows({}, erased), messages=[told]))
    store.close()


def is_empty(folder: Path) -> bool:
    store = open_store(folder, LOG, "rules")
    with store.waiting() as waiting:
        found = not waiting
    store.close()
    return found


def published(settings: Settings, topic: str) -> list[bytes | None]:
    """The keys of the committed messages in partition 1."""
    place = TopicPartition(topic, 1)
    consumer = KafkaConsumer(
        bootstrap_servers=settings.kafka.bootstrap, isolation_level="read_committed", enable_auto_commit=False
    )
    consumer.assign([place])
    consumer.seek_to_beginning(place)
    (end,), found = consumer.end_offsets([place]).values(), []
    while consumer.position(place) < end:
        found += [each.key for records in consumer.poll(timeout_ms=500).values() for each in records]
    consumer.close()
    return found


@pytest.mark.broker
def test_what_waits_is_published_with_the_marker_last_until_somebody_takes_over(
    kafka_settings: Callable[..., Settings], clean_topics: Callable[..., None]
) -> None:
    clean_topics(partitions=4)
    settings = kafka_settings()
    folder = settings.home.streams
    waits(folder, 0)
    with sole_publisher(settings.kafka, [1, 3]) as publisher:
        publisher.publish(folder, LOG, "rules")
        assert is_empty(folder)
        assert published(settings, topics.PROGRESSION) == [b"0" * 32, MARKER_KEY]
        assert published(settings, topics.TRANSITIONS) == [b"key"]
        waits(folder, 1)
        with sole_publisher(settings.kafka, [1]), pytest.raises(Fenced):
            publisher.publish(folder, LOG, "rules")
        assert not is_empty(folder)
    assert len(published(settings, topics.PROGRESSION)) == 2
    with sole_publisher(settings.kafka, [1]) as later:
        later.publish(folder, LOG, "rules")
    assert published(settings, topics.TRANSITIONS) == [b"key", b"key"]
