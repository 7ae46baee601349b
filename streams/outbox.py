"""Empties the stores' outboxes: publish all, wait for the acknowledgements, delete."""

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from contracts.settings import KafkaSettings
from streams.messages import progression_message
from streams.partition import Partition
from streams.rows import Message

FULL = 50
"""Commits that may wait in an outbox before folding waits for it."""


class PublishFailed(Exception):
    """Kafka did not take the outgoing messages; they stay in the outbox."""


class Outlet(Protocol):
    """Takes messages and returns when all are acknowledged."""

    async def publish(self, partition: int, messages: Sequence[Message]) -> None:
        """Publish in this order to this partition; raises ``PublishFailed``."""


class KafkaOutlet:
    """An idempotent producer that waits for all replicas."""

    def __init__(self, kafka: KafkaSettings, tls: ssl.SSLContext | None) -> None:
        self._options = _producer_options(kafka, tls)
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def publish(self, partition: int, messages: Sequence[Message]) -> None:
        """Publish in this order to this partition; raises ``PublishFailed``."""
        try:
            producer = await self._started()
            acknowledgements = [
                await producer.send(each.topic, value=each.value, key=each.key, partition=partition)
                for each in messages
            ]
            await asyncio.gather(*acknowledgements)
        except KafkaError as problem:
            raise PublishFailed(
                f"Kafka did not take {len(messages)} messages of partition {partition} "
                f"({type(problem).__name__}); they stay in the outbox. Check the broker, then start again."
            ) from problem

    async def close(self) -> None:
        """Let go of the connection."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(**self._options)
                await producer.start()
                self._producer = producer
            return self._producer


def _producer_options(kafka: KafkaSettings, tls: ssl.SSLContext | None) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bootstrap_servers": kafka.bootstrap.split(","),
        "client_id": "myomap-streams-outbox",
        "enable_idempotence": True,
        "acks": "all",
        "linger_ms": 0,
        "max_batch_size": 256 * 1024,
        "max_request_size": 4 * 1024 * 1024,
        "request_timeout_ms": 15_000,
        "security_protocol": kafka.security_protocol,
        "ssl_context": tls,
    }
    if kafka.sasl_mechanism is not None:
        options["sasl_mechanism"] = kafka.sasl_mechanism
        options["sasl_plain_username"] = kafka.sasl_username
        options["sasl_plain_password"] = kafka.sasl_password
    return options


async def drain(partition: Partition, outlet: Outlet) -> bool:
    """Publish what waits now; whether there was anything."""
    if partition.closed:
        return False
    pending = partition.store.pending()
    if not pending:
        return False
    partition.store.check_owner()
    messages = [*pending.messages]
    messages += [
        progression_message(each, partition.number, pending.next_offset, partition.rules_version)
        for each in pending.episodes
    ]
    await outlet.publish(partition.number, messages)
    if not partition.closed:  # it may have gone to another worker meanwhile, which publishes again
        partition.store.published(pending)
    return True


class Drainer:
    """Drains all owned partitions whenever it is woken."""

    def __init__(self, owned: Iterable[Partition], outlet: Outlet) -> None:
        self._owned = owned
        self._outlet = outlet
        self._woken = asyncio.Event()
        self._empty = asyncio.Event()
        self._commits = 0

    def wake(self) -> None:
        """Something was committed."""
        self._commits += 1
        self._empty.clear()
        self._woken.set()

    async def room(self) -> None:
        """Wait while too much waits to be published."""
        if self._commits > FULL:
            await self._empty.wait()

    async def run(self) -> None:
        """Drain for ever."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            await self.drain_all()

    async def drain_all(self) -> None:
        """Drain until every outbox is empty."""
        busy = True
        while busy:
            busy = any(await asyncio.gather(*(drain(each, self._outlet) for each in self._owned)))
        self._commits = 0
        self._empty.set()
