"""Kafka tells whether somebody owns the stores, wherever they run."""

from collections.abc import Callable

import pytest
from kafka import KafkaConsumer

from contracts import topics
from contracts.settings import Settings
from infra.ownership import members, refuse_running_workers
from infra.refusal import Refusal
from streams.configuration import GROUP


@pytest.mark.broker
def test_a_member_of_the_group_is_waited_for_and_then_refused(
    broker: str, kafka_settings: Callable[..., Settings], clean_topics: Callable[..., None]
) -> None:
    clean_topics(partitions=4)
    settings, said = kafka_settings(), list[str]()
    refuse_running_workers(settings, "myomap stream rebuild", said.append, patience_s=0)
    assert said == []
    consumer = KafkaConsumer(topics.EVENTS, bootstrap_servers=broker, group_id=GROUP)
    while not consumer.assignment():
        consumer.poll(timeout_ms=200)
    assert members(settings) == ["127.0.0.1"]
    with pytest.raises(
        Refusal, match=r"^1 stream workers own the stores \(127\.0\.0\.1\).* run: myomap stream rebuild$"
    ):
        refuse_running_workers(settings, "myomap stream rebuild", said.append, patience_s=0.1)
    assert said == ["Waiting for a worker to leave its group"]
    consumer.close()
    refuse_running_workers(settings, "myomap stream rebuild", said.append)


def test_without_a_broker_it_is_one_sentence(at_home: Callable[..., Settings]) -> None:
    with pytest.raises(Refusal, match=r"No Kafka answers at 127\.0\.0\.1:1"):
        members(at_home(broker="127.0.0.1:1"))
