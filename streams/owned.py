"""The partitions that this worker owns, and what ends it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from streams.batch import Fetched
from streams.opening import Log
from streams.partition import Partition
from streams.position import LogBounds
from streams.states import HeldStates
from streams.taking_over import Opens, TakingOver, progress_of

STALLED_SECONDS = 60.0
"""A partition with lag that does not move for so long ends the worker."""


class Stalled(Exception):
    """A partition has lag and does not move; the message says which."""


class Publishing(Protocol):
    """Publishes what the owned partitions have to say."""

    def wake(self, partition: int) -> None:
        """Something of this partition was committed."""

    async def take_over(self, partition: int) -> None:
        """Become the only one who can publish for this partition."""

    async def let_go(self, partition: int) -> None:
        """Publish no more for this partition."""


@dataclass
class OwnedPartitions:
    """Opens and closes the stores as Kafka hands partitions out and takes them back.

    ``publishing`` is set before the first partition is opened, because it needs the partitions itself.
    """

    folder: Path
    topic: str
    topic_id: str
    rules_version: str
    published: Opens
    fail: Callable[[BaseException], None]
    publishing: Publishing = field(init=False)
    _open: dict[int, Partition] = field(default_factory=dict)
    _taking_over: TakingOver = field(init=False)
    _held: HeldStates = field(default_factory=HeldStates)

    def __post_init__(self) -> None:
        self._taking_over = TakingOver(
            self.folder, self.topic, self.topic_id, self.rules_version, self.published
        )

    def __iter__(self) -> Iterator[Partition]:
        return iter(list(self._open.values()))

    async def open(self, partitions: set[int]) -> None:
        """Become the owner of these partitions, and bring their stores to where they are published.

        An earlier owner, on any host, can publish nothing more once its place is taken; only then is
        looked how far it came.
        """
        fresh = sorted(partitions - self._open.keys())
        if not fresh:
            return
        await asyncio.gather(*(self.publishing.take_over(number) for number in fresh))
        stores = await asyncio.to_thread(self._taking_over.open, fresh)
        for number, store in stores.items():
            log = Log(self.topic, self.topic_id, number)
            self._open[number] = Partition(store, log, self.rules_version, self._held)
            self.publishing.wake(number)

    async def close(self, partitions: set[int]) -> None:
        """Let go of these partitions, after a publish that is under way."""
        given_up = [self._open[number] for number in sorted(partitions & self._open.keys())]
        for each in given_up:
            each.closing = True
        await asyncio.gather(*(self.publishing.let_go(each.number) for each in given_up))
        for each in given_up:
            async with each.writing:
                self._open.pop(each.number).close()

    def close_all(self) -> None:
        """Let go of all stores, without waiting for anything."""
        for number in list(self._open):
            self._open.pop(number).close()

    def restoring(self) -> dict[int, tuple[int, int]]:
        """By partition how many published records were read back so far, and how many there are."""
        return progress_of(self._taking_over.restoring)

    def start(self, partition: int, bounds: LogBounds) -> int | None:
        """The offset to read next, or None when the partition is not owned."""
        owned = self._open.get(partition)
        return None if owned is None else owned.start(bounds)

    def epoch(self, partition: int) -> int | None:
        """The epoch of the partition's store, or None when it is not owned."""
        owned = self._open.get(partition)
        return None if owned is None else owned.store.epoch

    def saw_end(self, partition: int, end: int) -> None:
        """Take note of the log's end."""
        owned = self._open.get(partition)
        if owned is not None:
            owned.counters.log_end = max(end, owned.counters.log_end)

    async def apply(self, fetched: Fetched) -> None:
        """Fold a fetch, unless it was made for an owner that is no more."""
        owned = self._open.get(fetched.partition)
        if owned is None or owned.closing or owned.store.epoch != fetched.epoch:
            return
        await owned.take(fetched)
        self.publishing.wake(fetched.partition)

    def offsets(self) -> dict[int, int]:
        """The next offset of each owned partition."""
        return {owned.number: owned.store.next_offset for owned in self}

    def check_progress(self) -> None:
        """Raise ``Stalled`` when a partition has lag and did not move for ``STALLED_SECONDS``."""
        now = time.monotonic()
        for owned in self:
            if owned.lag == 0:
                owned.counters.moved_at = now
            elif now - owned.counters.moved_at > STALLED_SECONDS:
                raise Stalled(
                    f"Partition {owned.number} of {self.topic} has {owned.lag} events to read and did not "
                    f"move for {STALLED_SECONDS:.0f} s. Its states are safe; start the worker again, and "
                    "look at the broker's log if this repeats."
                )
