from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.settings import Home, KafkaSettings, Settings, settings_from
from infra.connection import at, broker_for, connected, environment_of
from infra.topics import TopicsError

AtHome = Callable[..., Settings]


def test_another_process_gets_the_very_same_settings() -> None:
    kafka = KafkaSettings("kafka:9093", "SASL_SSL", "PLAIN", "door", "word", "ca.pem", "cert.pem", "key.pem")
    numbers = (5, 60, "10.0.0.1", 1, 2, 3, 20, True, 4)
    given = Settings(Home(Path("/there")), kafka, False, *numbers, "a secret of workers".replace(" ", "-"))
    assert settings_from(environment_of(given)) == given


def test_what_is_not_set_is_not_passed_on(at_home: AtHome) -> None:
    assert "MYOMAP_KAFKA_SASL_PASSWORD" not in environment_of(at_home())


def test_only_the_address_changes(at_home: AtHome) -> None:
    given = at_home(kafka_security_protocol="SSL")
    moved = at(given, "kafka:9999")
    assert moved.kafka.bootstrap == "kafka:9999"
    assert at(moved, given.kafka.bootstrap) == given


def test_a_broker_of_the_user_is_neither_started_nor_stopped(at_home: AtHome, home: Home) -> None:
    given = at_home(broker="127.0.0.1:1")
    with broker_for(given) as reachable:
        assert reachable == given
    assert not home.broker.exists()


def test_a_broker_that_does_not_answer_is_one_sentence(at_home: AtHome) -> None:
    with (
        pytest.raises(TopicsError, match=r"^No Kafka answers at 127\.0\.0\.1:1 "),
        connected(at_home(broker="127.0.0.1:1")),
    ):
        pass


@pytest.mark.broker
def test_one_that_was_started_for_the_while_is_stopped_and_its_topics_stay(at_home: AtHome) -> None:
    from contracts.registry import load
    from infra.broker import LocalBroker
    from infra.topics import topic_states

    given = at_home(partitions=2)
    said: list[str] = []
    with connected(given, said.append) as reachable:
        assert all(each.partitions == 2 for each in topic_states(reachable, load()))
        with connected(given) as same:
            assert same.kafka == reachable.kafka
        assert LocalBroker(given.home).status().running
    assert any(line.startswith("Starting Kafka on") for line in said)
    assert not LocalBroker(given.home).status().running
