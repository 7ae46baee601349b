"""Publishing: messages go to Kafka as a whole, and the call returns when all are acknowledged."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError
from kafka.partitioner.default import murmur2

from contracts.events import SCHEMA_VERSION, Event, encode
from contracts.settings import KafkaSettings, kafka_python_options
from contracts.topics import EVENTS
from ingest.errors import PublishFailed

PATIENCE_S: Final = 20.0
"""So long Kafka may take to acknowledge a batch."""


@dataclass(frozen=True)
class Message:
    """A message of the door: topic, key, value, and headers for canonical events."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class Publisher(Protocol):
    """Takes messages and returns when all are acknowledged."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish in this order per key; raises ``PublishFailed`` when not all are acknowledged."""


def event_message(event: Event) -> Message:
    """The event as a CloudEvent 1.0 in Kafka's binary mode, keyed by its patient."""
    kind = type(event).__name__
    headers = (
        ("ce_specversion", b"1.0"),
        ("ce_id", event.event_id.encode()),
        ("ce_source", f"/sources/{event.source}".encode()),
        ("ce_type", kind.encode()),
        ("ce_time", event.occurred_at.isoformat().encode()),
        ("ce_dataschema", f"urn:myomap:event:{kind}:{SCHEMA_VERSION}".encode()),
        ("content-type", b"application/json"),
    )
    return Message(EVENTS, event.patient_key.encode(), encode(event), headers)


class KafkaPublisher:
    """An idempotent producer that waits for all replicas; it connects when it is first needed."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._producer: KafkaProducer | None = None
        self._partitions: dict[str, int] = {}

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish in this order per key; raises ``PublishFailed`` when not all are acknowledged."""
        if not messages:
            return
        try:
            producer = self._connected()
            sent = [self._send(producer, each) for each in messages]
            producer.flush(timeout=PATIENCE_S)
            for future in sent:
                future.get(timeout=0)
        except KafkaError as failure:
            self._abandon()
            raise PublishFailed(
                f"Kafka at {self._kafka.bootstrap} did not acknowledge {len(messages)} messages "
                f"({type(failure).__name__}). Nothing is lost: start the broker, then repeat the same call."
            ) from failure

    def close(self) -> None:
        """Let go of the connection."""
        self._abandon()

    def _send(self, producer: KafkaProducer, message: Message) -> Any:
        partitions = self._partitions.get(message.topic)
        if partitions is None:
            partitions = self._partitions[message.topic] = len(producer.partitions_for(message.topic) or ())
        # A topic that is not there is Kafka's to refuse; all others go where Kafka's own hash puts them.
        partition = partition_of(message.key, partitions) if partitions else None
        return producer.send(message.topic, message.value, message.key, list(message.headers), partition)

    def _connected(self) -> KafkaProducer:
        if self._producer is None:
            self._producer = KafkaProducer(**_options(self._kafka))
            self._partitions = {}
        return self._producer

    def _abandon(self) -> None:
        """A producer that failed is not used again: what it holds must not go out after a later batch."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(timeout=0)


def partition_of(key: bytes, partitions: int) -> int:
    """The partition, of so many, in which the records of a key lie."""
    return _hash(key) % partitions


@lru_cache(maxsize=100_000)
def _hash(key: bytes) -> int:
    """Kafka's hash of a key; computed in Python, so what is a patient's is kept."""
    return int(murmur2(key)) & 0x7FFFFFFF


def _options(kafka: KafkaSettings) -> dict[str, Any]:
    return {
        "client_id": "myomap-door",
        "enable_idempotence": True,
        "acks": "all",
        # Nothing waits for it: a batch is flushed. It keeps the sender from cutting a batch into pieces.
        "linger_ms": 100,
        "batch_size": 256 * 1024,
        "max_request_size": 4 * 1024 * 1024,
        # Less to send and to keep, and the checksum, which is computed in Python, covers less.
        "compression_type": "gzip",
        "max_block_ms": 10_000,
        "bootstrap_timeout_ms": 5_000,
        "request_timeout_ms": 10_000,
        "delivery_timeout_ms": 15_000,
        "allow_auto_create_topics": False,
        **kafka_python_options(kafka),
    }
