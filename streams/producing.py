"""Publishes in Kafka transactions, for each partition with a producer that fences every earlier one."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, ProducerFenced

from contracts.settings import KafkaSettings
from contracts.topics import LARGEST_MESSAGE
from streams.rows import Message
from streams.store import Fenced

TRANSACTION_SECONDS: Final = 120
"""After so long Kafka gives up a transaction whose publisher is gone and whose partition nobody took over."""
BATCH_BYTES: Final = 256 * 1024
CLOSING_SECONDS: Final = 2.0


class PublishFailed(Exception):
    """Kafka did not take the outgoing messages; they stay in the outbox."""


class KafkaOutlet:
    """Transactional producers, one for each partition that is owned, waiting for all replicas."""

    def __init__(self, kafka: KafkaSettings, tls: ssl.SSLContext | None) -> None:
        self._options = client_options(kafka, tls)
        self._producers: dict[int, AIOKafkaProducer] = {}

    async def take_over(self, partition: int) -> None:
        """Become the only one who can publish for this partition; raises ``PublishFailed``.

        When it returns, nothing of an earlier owner is under way any more: it was published or given up.
        """
        await self.let_go(partition)
        producer = AIOKafkaProducer(
            **self._options,
            client_id=f"myomap-streams-outbox-{partition}",
            transactional_id=transactional_id(partition),
            transaction_timeout_ms=TRANSACTION_SECONDS * 1000,
            acks="all",
            linger_ms=0,
            max_batch_size=BATCH_BYTES,
            max_request_size=LARGEST_MESSAGE,
            request_timeout_ms=15_000,
        )
        try:
            await producer.start()
        except KafkaError as problem:
            with suppress(KafkaError):
                await producer.stop()
            raise PublishFailed(
                f"Kafka does not let this worker publish for partition {partition} "
                f"({type(problem).__name__}: {problem}). It needs the rights to write with the id "
                f"{transactional_id(partition)}; check the broker, then start again."
            ) from problem
        self._producers[partition] = producer

    @asynccontextmanager
    async def transaction(self, partition: int) -> AsyncIterator["KafkaSending"]:
        """Readers see all that is sent in it, or nothing; raises ``PublishFailed``, or ``Fenced``."""
        producer = self._producers[partition]
        try:
            await producer.begin_transaction()
            sending = KafkaSending(producer, partition)
            yield sending
            await sending.finish()
            await producer.commit_transaction()
        except ProducerFenced as problem:
            raise Fenced(_fenced(partition)) from problem
        except KafkaError as problem:
            raise PublishFailed(_failed(partition, problem)) from problem

    async def let_go(self, partition: int) -> None:
        """Publish no more for this partition."""
        producer = self._producers.pop(partition, None)
        if producer is not None:
            # What it had under way is given up by the next owner's producer.
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(producer.stop(), CLOSING_SECONDS)

    async def close(self) -> None:
        """Let go of all connections."""
        await asyncio.gather(*(self.let_go(partition) for partition in list(self._producers)))


class KafkaSending:
    """Gathers messages into batches, and waits when Kafka is slower than they come."""

    def __init__(self, producer: AIOKafkaProducer, partition: int) -> None:
        self._producer = producer
        self._partition = partition
        self._batches: dict[str, Any] = {}
        self._acknowledgements: list[asyncio.Future[Any]] = []

    async def send(self, messages: Sequence[Message]) -> None:
        """Send in this order."""
        for each in messages:
            batch = self._batches.get(each.topic)
            if batch is None or batch.append(key=each.key, value=each.value, timestamp=None) is None:
                if batch is not None:
                    await self._submit(each.topic)
                batch = self._batches[each.topic] = self._producer.create_batch()
                batch.append(key=each.key, value=each.value, timestamp=None)

    async def finish(self) -> None:
        """Send what is left and wait until Kafka has all of it."""
        for topic in list(self._batches):
            await self._submit(topic)
        await asyncio.gather(*self._acknowledgements)

    async def _submit(self, topic: str) -> None:
        batch = self._batches.pop(topic)
        batch.close()
        sent = await self._producer.send_batch(batch, topic, partition=self._partition)
        self._acknowledgements.append(sent)


def transactional_id(partition: int) -> str:
    """Kafka lets only the latest producer of this name publish."""
    return f"myomap-streams-{partition}"


def client_options(kafka: KafkaSettings, tls: ssl.SSLContext | None) -> dict[str, Any]:
    """What every aiokafka client of this installation takes."""
    options: dict[str, Any] = {
        "bootstrap_servers": kafka.bootstrap.split(","),
        "security_protocol": kafka.security_protocol,
        "ssl_context": tls,
    }
    if kafka.sasl_mechanism is not None:
        options["sasl_mechanism"] = kafka.sasl_mechanism
        options["sasl_plain_username"] = kafka.sasl_username
        options["sasl_plain_password"] = kafka.sasl_password
    return options


def _fenced(partition: int) -> str:
    return (
        f"Kafka takes nothing more from this worker for partition {partition}: another worker took the "
        "partition over, or this one was away for too long in the middle of a publish. Nothing is lost and "
        "nothing is published twice; start it again if it was not replaced on purpose."
    )


def _failed(partition: int, problem: KafkaError) -> str:
    if isinstance(problem, MessageSizeTooLargeError):
        return (
            f"A state of partition {partition} is larger than Kafka takes; it stays in the outbox. Bring the "
            "topics' limits up to date with 'myomap topics', and raise message.max.bytes of the broker if it "
            f"is below {LARGEST_MESSAGE}; then start again."
        )
    return (
        f"Kafka did not take what partition {partition} has to publish ({type(problem).__name__}); it stays "
        "in the outbox. Check the broker, then start again."
    )
