"""What every room's tests may ask for: a real broker, clean topics, settings that point at them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

from contracts.settings import Home, Settings, settings_from
from contracts.topics import topics
from infra.broker import LocalBroker


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """HOST:PORT of a real Kafka that runs for all tests of the session."""
    local = LocalBroker(Home(tmp_path_factory.mktemp("kafka")))
    status = local.start()
    yield str(status.bootstrap)
    local.stop()


@pytest.fixture
def kafka_settings(broker: str, tmp_path: Path) -> Callable[..., Settings]:
    """Settings with a home of their own on the session's broker; keyword arguments are MYOMAP_ variables."""

    def build(**variables: object) -> Settings:
        given = {f"MYOMAP_{name.upper()}": str(value) for name, value in variables.items()}
        return settings_from(
            {"MYOMAP_HOME": str(tmp_path / "home"), "MYOMAP_BROKER": broker, "MYOMAP_PARTITIONS": "4"} | given
        )

    return build


@pytest.fixture
def clean_topics(broker: str) -> Callable[..., None]:
    """Deletes every ``myomap.`` topic and makes empty ones: a test that publishes begins from nothing."""

    def clean(partitions: int = 4, sources: tuple[str, ...] = ()) -> None:
        admin = KafkaAdminClient(bootstrap_servers=broker)
        delete_topics(admin)
        create_topics(admin, partitions, sources)
        admin.close()

    return clean


@pytest.fixture
def fresh_broker(tmp_path: Path) -> Iterator[Callable[[], LocalBroker]]:
    """Makes brokers (not started) in folders of their own; what still runs at the end is stopped."""
    made: list[LocalBroker] = []

    def make() -> LocalBroker:
        made.append(LocalBroker(Home(tmp_path / f"broker-{len(made)}")))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def delete_topics(admin: KafkaAdminClient) -> None:
    """Delete all topics of this project and wait until they are gone."""
    there = ours(admin)
    if there:
        admin.delete_topics(there)
    until = time.monotonic() + 30
    while ours(admin):
        assert time.monotonic() < until, "topics were not deleted within 30 s"
        time.sleep(0.1)


def create_topics(admin: KafkaAdminClient, partitions: int, sources: tuple[str, ...]) -> None:
    """Make all topics, and wait until they can be used."""
    from kafka.admin import NewTopic

    new = [
        NewTopic(topic.name, topic.partitions, topic_configs=dict(topic.config))
        for topic in topics(sources, partitions)
    ]
    admin.create_topics(new, wait_for_metadata=True)


def ours(admin: KafkaAdminClient) -> list[str]:
    """Names of this project's topics on the broker."""
    return [name for name in admin.list_topics() if name.startswith("myomap.")]
