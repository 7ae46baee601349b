"""The partitions that this worker owns, and what ends it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from streams.batch import Fetched
from streams.opening import Log
from streams.partition import Partition, open_partition
from streams.position import LogBounds

STALLED_SECONDS = 60.0
"""A partition with lag that does not move for so long ends the worker."""


class Stalled(Exception):
    """A partition has lag and does not move; the message says which."""


@dataclass
class OwnedPartitions:
    """Opens and closes the stores as Kafka hands partitions out and takes them back."""

    folder: Path
    topic: str
    topic_id: str
    rules_version: str
    fail: Callable[[BaseException], None]
    wake: Callable[[], None] = field(default=lambda: None)
    _open: dict[int, Partition] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Partition]:
        return iter(list(self._open.values()))

    def open(self, partitions: set[int]) -> None:
        """Become the owner of these partitions' stores."""
        for number in sorted(partitions - self._open.keys()):
            log = Log(self.topic, self.topic_id, number)
            self._open[number] = open_partition(self.folder, log, self.rules_version)
        self.wake()

    def close(self, partitions: set[int]) -> None:
        """Let go of these partitions' stores."""
        for number in partitions & self._open.keys():
            self._open.pop(number).close()

    def close_all(self) -> None:
        """Let go of all stores."""
        self.close(set(self._open))

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

    def apply(self, fetched: Fetched) -> None:
        """Fold a fetch, unless it was made for an owner that is no more."""
        owned = self._open.get(fetched.partition)
        if owned is None or owned.store.epoch != fetched.epoch:
            return
        owned.apply(fetched)
        self.wake()

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
