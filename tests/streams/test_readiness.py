import socket

import pytest

from contracts import topics
from contracts.settings import KafkaSettings
from streams.position import StoreRefused
from streams.readiness import NEEDED, EventsTopic, NotReady, _checked, check_port, topic_id_of_events

KAFKA = KafkaSettings(bootstrap="127.0.0.1:9092")


def described(partitions: int = 8) -> dict[str, dict[str, object]]:
    return {
        name: {"name": name, "error_code": 0, "topic_id": f"id of {name}", "partitions": [None] * partitions}
        for name in NEEDED
    }


def test_the_id_of_the_topic_of_events_and_its_partitions_are_given() -> None:
    assert _checked(described(), KAFKA) == EventsTopic(f"id of {topics.EVENTS}", 8)


def test_missing_topics_are_named_with_the_command_that_makes_them() -> None:
    found = described()
    del found[topics.PROGRESSION]
    found[topics.EVENTS]["error_code"] = 3
    with pytest.raises(NotReady, match="myomap topics") as refusal:
        _checked(found, KAFKA)
    assert topics.PROGRESSION in str(refusal.value)
    assert topics.EVENTS in str(refusal.value)


def test_topics_with_different_numbers_of_partitions_are_refused() -> None:
    found = described() | {topics.PROGRESSION: described(4)[topics.PROGRESSION]}
    with pytest.raises(StoreRefused, match="different numbers of partitions"):
        _checked(found, KAFKA)


def test_a_broker_that_is_not_there_is_said_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(NotReady, match=f"no Kafka at 127.0.0.1:{port}.*myomap broker start"):
        topic_id_of_events(KafkaSettings(bootstrap=f"127.0.0.1:{port}"))


def test_a_port_that_is_taken_is_said_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(NotReady, match=f"127.0.0.1:{port}.*MYOMAP_WORKER_PORT"):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)
