"""How long it takes until an event in Kafka shows in the published progression, at a given rate."""

import asyncio
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts import topics
from contracts.settings import Settings
from infra.benchmarks.clinics import Said
from infra.benchmarks.log_of_events import covers, ends_of, partition_of, published

PATIENCE_S: Final = 30.0
TICK_S: Final = 0.002


@dataclass(frozen=True)
class Latency:
    """Milliseconds from handing an event to the producer to reading a progression that covers it.

    ``core``: share of a core that the worker used meanwhile. ``lost``: events that did not show in time.
    """

    p50: float
    p99: float
    core: float
    lost: int


def latency(settings: Settings, said: Sequence[Said], rate: float, cpu: Callable[[], float]) -> Latency:
    """Send the events at ``rate`` a second to a running worker; ``cpu`` tells its processor seconds."""
    return asyncio.run(_Probe(settings, rate).run(said, cpu))


class _Probe:
    def __init__(self, settings: Settings, rate: float) -> None:
        self._settings = settings
        self._rate = rate
        self._sent: dict[int, deque[tuple[int, float]]] = {}
        self._waits: list[float] = []
        self._all_sent = False

    async def run(self, said: Sequence[Said], cpu: Callable[[], float]) -> Latency:
        ends = await ends_of(self._settings)
        self._sent = {number: deque() for number in ends}
        async with published(self._settings) as consumer:
            await consumer.seek_to_end()
            began, before = time.perf_counter(), cpu()
            reading = asyncio.create_task(self._read(consumer))
            await self._send(said, ends)
            self._all_sent = True
            await reading
            seconds, used = time.perf_counter() - began, cpu() - before
        cuts = statistics.quantiles(self._waits or [0.0, 0.0], n=100, method="inclusive")
        lost = sum(len(each) for each in self._sent.values())
        return Latency(1000 * cuts[49], 1000 * cuts[98], used / seconds, lost)

    async def _send(self, said: Sequence[Said], ends: dict[int, int]) -> None:
        from aiokafka import AIOKafkaProducer

        bootstrap = self._settings.kafka.bootstrap
        async with AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=0) as producer:
            began = time.perf_counter()
            for number, each in enumerate(said):
                while time.perf_counter() - began < number / self._rate:
                    await asyncio.sleep(TICK_S)
                partition = partition_of(each.key, len(ends))
                # The only writer knows the offset before the broker says it.
                self._sent[partition].append((ends[partition], time.perf_counter()))
                ends[partition] += 1
                await producer.send(topics.EVENTS, value=each.value, key=each.key, partition=partition)

    async def _read(self, consumer: Any) -> None:
        quiet_since = time.perf_counter()
        while not self._all_sent or any(self._sent.values()):
            found = await consumer.getmany(timeout_ms=20)
            now = time.perf_counter()
            if found:
                quiet_since = now
            for messages in found.values():
                for partition, covered in covers(messages):
                    self._waits.extend(now - sent for sent in self._shown(partition, covered))
            if now - quiet_since > PATIENCE_S:
                return

    def _shown(self, partition: int, covered: int) -> Iterator[float]:
        waiting = self._sent[partition]
        while waiting and waiting[0][0] < covered:
            yield waiting.popleft()[1]
