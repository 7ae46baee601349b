"""Makes the topics that the contracts and the design ask for, and tells what is there."""

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from contracts.settings import KafkaSettings, Settings, kafka_python_options
from contracts.topics import Topic, topics
from infra.refusal import Refusal


class TopicsError(Refusal):
    """The topics on the broker are not the ones this installation needs; the message says what to do."""


class Sources(Protocol):
    """What is needed of the registry of contracts: the names of its sources."""

    def sources(self) -> tuple[str, ...]:
        """Names of all sources."""


@dataclass(frozen=True)
class TopicState:
    """A topic as it is on the broker; ``partitions`` is 0 when it is missing."""

    name: str
    key: str
    partitions: int
    config: dict[str, str]


def wanted_topics(settings: Settings, registry: Sources) -> tuple[Topic, ...]:
    """All topics of this installation."""
    return topics(registry.sources(), settings.partitions, settings.retention_days)


def ensure_topics(settings: Settings, registry: Sources) -> tuple[str, ...]:
    """Make what is missing, bring retention up to date, refuse other partitions; return the new names."""
    wanted = wanted_topics(settings, registry)
    with admin(settings.kafka) as client:
        found = _found(client, wanted)
        _refuse_other_partitions(settings, wanted, found)
        missing = [topic for topic in wanted if topic.name not in found]
        if missing:
            _create(client, missing)
        for topic in wanted:
            if topic.name in found:
                _bring_up_to_date(client, topic, found[topic.name])
        return tuple(topic.name for topic in missing)


def topic_states(settings: Settings, registry: Sources) -> tuple[TopicState, ...]:
    """The topics of this installation as they are on the broker."""
    wanted = wanted_topics(settings, registry)
    with admin(settings.kafka) as client:
        found = _found(client, wanted)
    missing = TopicState("", "", 0, {})
    return tuple(
        dataclasses.replace(found.get(topic.name, missing), name=topic.name, key=topic.key)
        for topic in wanted
    )


@contextlib.contextmanager
def admin(kafka: KafkaSettings) -> Iterator[KafkaAdminClient]:
    """An admin client; a broker that does not answer is one sentence."""
    try:
        client = KafkaAdminClient(bootstrap_timeout_ms=5000, **kafka_python_options(kafka))
    except KafkaError as failure:
        raise TopicsError(
            f"No Kafka answers at {kafka.bootstrap} ({failure}). "
            "Start one with 'myomap broker start', or name yours with --broker HOST:PORT."
        ) from failure
    try:
        yield client
    finally:
        client.close()


def _found(client: KafkaAdminClient, wanted: Iterable[Topic]) -> dict[str, TopicState]:
    names = sorted({topic.name for topic in wanted} & set(client.list_topics()))
    if not names:
        return {}
    described = {each["name"]: len(each["partitions"]) for each in client.describe_topics(names)}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    configs = client.describe_configs(asked)["topic"]
    return {name: TopicState(name, "", described[name], _values(configs[name])) for name in names}


def _values(config: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: str(entry["value"]) for name, entry in config.items()}


def _refuse_other_partitions(
    settings: Settings, wanted: Iterable[Topic], found: dict[str, TopicState]
) -> None:
    for topic in wanted:
        there = found.get(topic.name)
        if there is not None and there.partitions != topic.partitions:
            raise TopicsError(
                f"Topic {topic.name} on {settings.kafka.bootstrap} has {there.partitions} partitions and "
                f"this installation asks for {topic.partitions}. Partitions are fixed when topics are made, "
                "because keys and stores would part. "
                f"Set MYOMAP_PARTITIONS={there.partitions}, or begin with an empty broker and a new home."
            )


def _create(client: KafkaAdminClient, missing: Iterable[Topic]) -> None:
    new = [NewTopic(topic.name, topic.partitions, topic_configs=dict(topic.config)) for topic in missing]
    # Another process may make the same ones at this moment, which is as good.
    with contextlib.suppress(TopicAlreadyExistsError):
        client.create_topics(new, wait_for_metadata=True)


def _bring_up_to_date(client: KafkaAdminClient, topic: Topic, there: TopicState) -> None:
    changed = {name: value for name, value in topic.config if there.config.get(name) != value}
    if changed:
        client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, changed)])
