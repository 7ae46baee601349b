"""How far the stream workers of this home are behind the log, and what still waits to be published."""

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from kafka import KafkaConsumer, TopicPartition

from contracts.settings import Settings, kafka_python_options
from contracts.topics import EVENTS
from streams.lookup import stores


@dataclass(frozen=True)
class Lag:
    """``events`` in the log that are not in a store, and ``waiting`` messages that are not yet published."""

    events: int
    waiting: int
    end: int


def lag(settings: Settings) -> Lag:
    """The lag over all partitions at this moment."""
    ends = end_offsets(settings, EVENTS)
    read = [_read(path) for path in stores(settings.home)]
    positions = {partition: position for partition, position, _ in read}
    return Lag(
        events=sum(max(0, end - positions.get(partition, 0)) for partition, end in ends.items()),
        waiting=sum(waiting for _, _, waiting in read),
        end=sum(ends.values()),
    )


def end_offsets(settings: Settings, topic: str) -> dict[int, int]:
    """The offset after the last message of each partition."""
    consumer = KafkaConsumer(**kafka_python_options(settings.kafka))
    try:
        partitions = [TopicPartition(topic, each) for each in consumer.partitions_for_topic(topic) or ()]
        return {each.partition: end for each, end in consumer.end_offsets(partitions).items()}
    finally:
        consumer.close()


def _read(path: Path) -> tuple[int, int, int]:
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as store:
        row: tuple[int, int, int] = store.execute(
            "SELECT partition, next_offset,"
            " (SELECT count(*) FROM outbox) + (SELECT count(*) FROM unpublished) FROM meta"
        ).fetchone()
        return row
