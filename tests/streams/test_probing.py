import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from kafka import KafkaProducer
from patients import Patient

from contracts import events, topics
from contracts.settings import KafkaSettings, Settings
from streams.figures import Unread
from streams.probing import LogProbe, LogWatch, ProbeFailed, members_of


class Log:
    """A log that answers, or does not."""

    def __init__(self, answers: bool = True) -> None:
        self.answers = answers
        self.asked: list[Mapping[int, int]] = []

    def look(self, positions: Mapping[int, int]) -> dict[int, Unread]:
        self.asked.append(positions)
        if not self.answers:
            raise ProbeFailed("silent")
        return {each: Unread(at + 5, 1_000) for each, at in positions.items()}


def test_what_was_seen_is_told_by_partition() -> None:
    seen: dict[int, Unread] = {}
    LogWatch(Log(), lambda: {3: 40, 1: 7}, seen.__setitem__, 1.0).look()
    assert seen == {3: Unread(45, 1_000), 1: Unread(12, 1_000)}


def test_without_partitions_the_log_is_left_alone() -> None:
    log = Log()
    LogWatch(log, dict, lambda *seen: None, 1.0).look()
    assert log.asked == []


def test_a_log_that_does_not_answer_tells_nothing_and_ends_nothing() -> None:
    seen: dict[int, Unread] = {}
    LogWatch(Log(answers=False), lambda: {3: 40}, seen.__setitem__, 1.0).look()
    assert seen == {}


def test_the_thread_looks_again_and_again_until_it_is_stopped() -> None:
    log, often = Log(), threading.Event()

    def saw(_partition: int, _unread: Unread) -> None:
        if len(log.asked) > 3:
            often.set()

    watch = LogWatch(log, lambda: {3: 40}, saw, 0.01)
    watch.start()
    assert often.wait(10)
    watch.stop()


def test_a_broker_that_is_not_there_is_said_and_ends_nothing() -> None:
    probe = LogProbe(KafkaSettings("127.0.0.1:1"), topics.EVENTS)
    with pytest.raises(ProbeFailed):
        probe.look({0: 0})
    assert members_of(KafkaSettings("127.0.0.1:1"), "any") is None


@pytest.mark.broker
def test_the_probe_sees_how_much_waits_since_when_and_what_comes_later(
    kafka_settings: Callable[..., Settings], clean_topics: Callable[..., None]
) -> None:
    clean_topics(partitions=2)
    kafka = kafka_settings().kafka
    began = int(time.time() * 1000)
    probe = LogProbe(kafka, topics.EVENTS)
    assert probe.look({0: 0, 1: 0}) == {0: Unread(0, None), 1: Unread(0, None)}
    put(kafka, [5_000, 9_000, 12_000])
    assert probe.look({0: 0, 1: 0}) == {0: Unread(3, 5_000), 1: Unread(0, None)}
    assert probe.look({0: 1, 1: 0})[0] == Unread(3, 9_000)
    assert probe.look({0: 3})[0] == Unread(3, None)
    put(kafka, [None])
    (late,) = probe.look({0: 3}).values()
    assert late.since_ms is not None
    assert began <= late.since_ms <= time.time() * 1000
    probe.close()
    assert members_of(kafka, "nobody-is-in-this-group") in (0, None)


@pytest.mark.broker
def test_a_marker_of_a_transaction_is_no_record_that_waits(
    kafka_settings: Callable[..., Settings], clean_topics: Callable[..., None]
) -> None:
    clean_topics(partitions=1)
    kafka = kafka_settings().kafka
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, transactional_id="any")
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(topics.EVENTS, value=b"any", partition=0)
    producer.commit_transaction()
    producer.close()
    probe = LogProbe(kafka, topics.EVENTS)
    assert probe.look({0: 1}) == {0: Unread(2, None)}
    probe.close()


def put(kafka: KafkaSettings, timestamps: list[Any]) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
    value = events.encode(Patient("ann").opened())
    for stamp in timestamps:
        producer.send(topics.EVENTS, value=value, partition=0, timestamp_ms=stamp)
    producer.flush()
    producer.close()
