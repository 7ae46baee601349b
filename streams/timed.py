"""Measures how long it takes until what is published is in Kafka, and notes that it goes on."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from streams.outbox import Outlet, Sending
from streams.rows import Message


class TimedOutlet:
    """Passes everything on.

    ``took`` gets the seconds of each transaction that was committed, ``moved`` the partition whenever some
    of its messages went out: one that publishes much does not stand still, though it reads nothing.
    """

    def __init__(
        self,
        outlet: Outlet,
        took: Callable[[float], None],
        moved: Callable[[int], None],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._outlet = outlet
        self._took = took
        self._moved = moved
        self._clock = clock

    async def take_over(self, partition: int) -> None:
        """Become the only one who can publish for this partition."""
        await self._outlet.take_over(partition)

    @asynccontextmanager
    async def transaction(self, partition: int) -> AsyncIterator[Sending]:
        """Readers see all that is sent in it, or nothing."""
        begun = self._clock()
        async with self._outlet.transaction(partition) as sending:
            yield _Noted(sending, lambda: self._moved(partition))
        self._moved(partition)
        self._took(self._clock() - begun)

    async def let_go(self, partition: int) -> None:
        """Publish no more for this partition."""
        await self._outlet.let_go(partition)


class _Noted:
    """A transaction that tells whenever messages went out."""

    def __init__(self, sending: Sending, moved: Callable[[], None]) -> None:
        self._sending = sending
        self._moved = moved

    async def send(self, messages: Sequence[Message]) -> None:
        """Send in this order."""
        await self._sending.send(messages)
        self._moved()
