"""What has to be true before a worker starts: the topics are there, its port is free."""

import socket
from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from contracts import topics
from contracts.settings import KafkaSettings, kafka_python_options
from streams.position import StoreRefused

NEEDED = (topics.EVENTS, topics.PROGRESSION, topics.TRANSITIONS, topics.QUARANTINED)


@dataclass(frozen=True)
class EventsTopic:
    """Kafka's own id of the topic of events, and its number of partitions."""

    topic_id: str
    partitions: int


class NotReady(Exception):
    """Kafka cannot be reached, topics are missing or the port is taken; the message says what to do."""


def events_topic(kafka: KafkaSettings) -> EventsTopic:
    """The topic of events as Kafka has it; raises ``NotReady`` or ``StoreRefused``.

    Faust only logs a missing topic and does not pick it up later, so this is asked before it starts.
    """
    try:
        admin = KafkaAdminClient(**kafka_python_options(kafka), bootstrap_timeout_ms=5_000)
        try:
            found = {each["name"]: each for each in admin.describe_topics(list(NEEDED))}
        finally:
            admin.close()
    except KafkaError as problem:
        raise NotReady(
            f"There is no Kafka at {kafka.bootstrap} ({type(problem).__name__}). Start it with "
            "'myomap broker start', or set MYOMAP_BROKER to the address of yours."
        ) from problem
    return _checked(found, kafka)


def topic_id_of_events(kafka: KafkaSettings) -> str:
    """Kafka's own id of the topic of events; raises as ``events_topic``."""
    return events_topic(kafka).topic_id


def check_port(host: str, port: int) -> None:
    """Raise ``NotReady`` when another process listens on the worker's web port."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as problem:
            raise NotReady(
                f"The worker's web page cannot have {host}:{port} ({problem.strerror}). Perhaps a worker "
                "already runs; to start another one beside it, give it its own MYOMAP_WORKER_PORT."
            ) from problem


def _checked(found: dict[str, dict[str, object]], kafka: KafkaSettings) -> EventsTopic:
    missing = [name for name in NEEDED if name not in found or found[name].get("error_code")]
    if missing:
        raise NotReady(
            f"Kafka at {kafka.bootstrap} has no topic {', '.join(missing)}. Make them with 'myomap topics', "
            "then start the worker again."
        )
    counts = {name: len(found[name]["partitions"]) for name in NEEDED}  # type: ignore[arg-type]
    if len(set(counts.values())) != 1:
        raise StoreRefused(
            f"The topics have different numbers of partitions ({counts}), but a state is written to the "
            "partition that its events came from. Make the topics again with one number (MYOMAP_PARTITIONS)."
        )
    return EventsTopic(str(found[topics.EVENTS]["topic_id"]), counts[topics.EVENTS])
