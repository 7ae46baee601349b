"""Empties the stores' outboxes: one Kafka transaction for everything that waits, then delete."""

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Final, Protocol

from streams.messages import marker_message, patient_message, progression_message
from streams.partition import Partition
from streams.producing import KafkaOutlet, PublishFailed
from streams.rows import Marker, Message
from streams.store import Waiting

__all__ = ["Drainer", "KafkaOutlet", "Outlet", "PublishFailed", "Sending", "drain"]

FULL: Final = 50
"""Commits of one partition that may wait to be published before folding waits for it."""
GATHER_SECONDS: Final = 0.015
"""The least time between two publishes of a partition: what comes meanwhile goes out together."""
BEHIND: Final = 2_000
"""Events that a partition may have to read; one with more of them publishes less often."""
GATHER_BEHIND_SECONDS: Final = 1.0
"""The time between two publishes of a partition that is behind: a state that changes often goes out once."""
LOOK_SECONDS: Final = 0.05
"""How often a partition that was behind is looked at, whether it still is."""
GRACE_SECONDS: Final = 3.0
"""How long a publish that is under way may take when its partition is given up."""


class Sending(Protocol):
    """A transaction under way."""

    async def send(self, messages: Sequence[Message]) -> None:
        """Send in this order; raises ``PublishFailed``."""


class Outlet(Protocol):
    """Publishes for the owners of partitions, for each in transactions of its own."""

    async def take_over(self, partition: int) -> None:
        """Become the only one who can publish for this partition; raises ``PublishFailed``."""

    def transaction(self, partition: int) -> AbstractAsyncContextManager[Sending]:
        """Readers see all that is sent in it, or nothing; raises ``PublishFailed``, or ``Fenced``."""

    async def let_go(self, partition: int) -> None:
        """Publish no more for this partition."""


async def drain(partition: Partition, outlet: Outlet) -> bool:
    """Publish all that waits at this moment, the marker last; whether there was anything."""
    if partition.closing:
        return False
    try:
        with partition.store.waiting() as waiting:
            if not waiting:
                return False
            async with outlet.transaction(partition.number) as sending:
                await _send_all(partition, waiting, sending)
    except sqlite3.ProgrammingError:
        if partition.closed:  # its store was closed meanwhile; the next owner publishes again
            return False
        raise
    await partition.published(waiting.position)
    return True


async def _send_all(partition: Partition, waiting: Waiting, sending: Sending) -> None:
    number, rules, offset = partition.number, partition.rules_version, waiting.position.next_offset
    for messages in waiting.messages():
        await sending.send(messages)
    for patients in waiting.patients():
        await sending.send([patient_message(each, number, offset, rules) for each in patients])
    for episodes in waiting.episodes():
        await sending.send([progression_message(each, number, offset, rules) for each in episodes])
    marker = Marker(offset, partition.log.topic_id, rules, partition.store.owner)
    await sending.send([marker_message(marker, number)])


class Drainer:
    """Publishes for all owned partitions whenever it is woken, for each on its own."""

    def __init__(self, owned: Iterable[Partition], outlet: Outlet) -> None:
        self._owned = owned
        self._outlet = outlet
        self._woken = asyncio.Event()
        self._drained = asyncio.Event()
        self._commits: dict[int, int] = {}
        self._urgent: dict[int, asyncio.Event] = {}
        self._running: dict[int, asyncio.Task[None]] = {}
        self._one_at_a_time: dict[int, asyncio.Lock] = {}

    def wake(self, partition: int) -> None:
        """Something of this partition was committed."""
        commits = self._commits[partition] = self._commits.get(partition, 0) + 1
        if commits > FULL // 2 and partition in self._urgent:
            self._urgent[partition].set()
        self._woken.set()

    async def room(self) -> None:
        """Wait while too much waits to be published."""
        while any(commits > FULL for commits in self._commits.values()):
            self._drained.clear()
            await self._drained.wait()

    async def run(self) -> None:
        """Publish for ever; raises what went wrong."""
        while True:
            woken = asyncio.create_task(self._woken.wait())
            try:
                await asyncio.wait({woken, *self._running.values()}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                woken.cancel()
            self._raise_failures()
            if self._woken.is_set():
                self._woken.clear()
                self._start()

    async def drain_all(self) -> None:
        """Publish until every outbox is empty."""
        while any(await asyncio.gather(*(self._drain_once(each) for each in self._owned))):
            pass

    async def take_over(self, partition: int) -> None:
        """Become the only one who can publish for this partition."""
        self._commits.pop(partition, None)
        await self._outlet.take_over(partition)

    async def let_go(self, partition: int) -> None:
        """Let a publish that is under way finish within bounds, then publish no more for this partition."""
        running = self._running.pop(partition, None)
        if running is not None:
            if partition in self._urgent:
                self._urgent[partition].set()
            await asyncio.wait({running}, timeout=GRACE_SECONDS)
            running.cancel()
            # Whatever became of it, the next owner finds the outbox as it is and publishes again.
            with suppress(asyncio.CancelledError, Exception):
                await running
        self._commits.pop(partition, None)
        self._drained.set()
        await self._outlet.let_go(partition)

    def _start(self) -> None:
        for each in self._owned:
            if self._commits.get(each.number) and each.number not in self._running:
                self._running[each.number] = asyncio.create_task(self._empty(each))

    async def _empty(self, partition: Partition) -> None:
        while self._commits.get(partition.number) and await self._drain_once(partition):
            await self._gather(partition)
        # No pause since nothing waited: a commit after it finds this task gone, and starts one.
        self._running.pop(partition.number, None)

    async def _drain_once(self, partition: Partition) -> bool:
        number = partition.number
        async with self._one_at_a_time.setdefault(number, asyncio.Lock()):
            commits = self._commits.get(number, 0)
            was_any = await drain(partition, self._outlet)
        if number in self._commits:
            self._commits[number] = max(0, self._commits[number] - commits)
        self._drained.set()
        return was_any

    async def _gather(self, partition: Partition) -> None:
        """Wait for more to publish, as long as that is no harm."""
        urgent = self._urgent[partition.number] = asyncio.Event()
        if self._commits.get(partition.number, 0) > FULL // 2:
            urgent.set()
        await _pause(urgent, GATHER_SECONDS)
        until = asyncio.get_running_loop().time() + GATHER_BEHIND_SECONDS
        # Whoever has caught up need not wait longer: what is still to go out goes out.
        while partition.lag > BEHIND and not urgent.is_set() and asyncio.get_running_loop().time() < until:
            await _pause(urgent, LOOK_SECONDS)
        del self._urgent[partition.number]

    def _raise_failures(self) -> None:
        for number, task in list(self._running.items()):
            if task.done():
                del self._running[number]
                task.result()


async def _pause(urgent: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(urgent.wait(), seconds)
