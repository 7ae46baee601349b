"""Kafka as a stranger sees it: makes the topics, fills the log, and reads committed messages to the end."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from crash.people import Sent
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from contracts import topics

PARTITIONS = 4


def make_topics(bootstrap: str) -> None:
    """Empty topics of this project in place of those that are there."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    wanted = topics.topics([], PARTITIONS)
    there = {name for name in admin.list_topics() if name.startswith("myomap.")}
    if there:
        admin.delete_topics(sorted(there))
    until = time.monotonic() + 30
    while there & set(admin.list_topics()):
        assert time.monotonic() < until, "topics were not deleted within 30 s"
        time.sleep(0.1)
    admin.create_topics(
        [NewTopic(each.name, each.partitions, 1, topic_configs=dict(each.config)) for each in wanted],
        wait_for_metadata=True,
    )
    admin.close()


def produce(
    bootstrap: str, stream: Sequence[Sent], seconds: float = 0.0, stop: Callable[[], bool] = lambda: False
) -> None:
    """Send the records in their order over so many seconds; every one is acknowledged, or this raises."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, linger_ms=5, delivery_timeout_ms=60_000)
    size = max(1, len(stream) // 20) if seconds else len(stream)
    sent = []
    for at in range(0, len(stream), size or 1):
        begun = time.monotonic()
        sent += [producer.send(topics.EVENTS, key=key, value=value) for key, value in stream[at : at + size]]
        producer.flush()
        if not stop():
            time.sleep(max(0.0, seconds / 20 - (time.monotonic() - begun)))
    for each in sent:
        each.get(timeout=60)
    producer.close()


def ends(bootstrap: str, topic: str) -> dict[int, int]:
    """The offset that the next record of each partition gets."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap)
    found = consumer.end_offsets([TopicPartition(topic, number) for number in range(PARTITIONS)])
    consumer.close()
    return {place.partition: offset for place, offset in found.items()}


def records(bootstrap: str, topic: str) -> Iterator[Any]:
    """Every committed record of a topic, each partition in its order."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_poll_records=5_000,
        fetch_max_bytes=20_000_000,
    )
    places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    last = consumer.end_offsets(places)
    until = time.monotonic() + 60
    while any(consumer.position(place) < last[place] for place in places):
        for found in consumer.poll(timeout_ms=500).values():
            until = time.monotonic() + 60
            yield from found
        assert time.monotonic() < until, f"{topic} could not be read to its end: a transaction stands open"
    consumer.close()
