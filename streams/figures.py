"""What a worker measures of itself, partition by partition, for its web page."""

import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds for times."""
SIZES: Final = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0)
"""Upper bounds for batches, in records."""
RATE_WINDOW_S: Final = 60.0


class Histogram:
    """How often a value was at most each bound."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.sum = 0.0
        self._counts = [0] * (len(bounds) + 1)

    def observe(self, value: float) -> None:
        """Count one value."""
        self._counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    @property
    def count(self) -> int:
        """How many values were counted."""
        return sum(self._counts)

    def cumulated(self) -> tuple[tuple[float, int], ...]:
        """Each bound with the number of values at or below it; the last bound is infinite."""
        below = 0
        found = []
        for bound, count in zip((*self.bounds, float("inf")), self._counts, strict=True):
            below += count
            found.append((bound, below))
        return tuple(found)


class Rate:
    """How fast a count grows, over the last minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, total: int) -> None:
        """The count as it stands now; one that was begun anew begins the rate anew."""
        if self._seen and total < self._seen[-1][1]:
            self._seen.clear()
        now = self._clock()
        self._seen.append((now, total))
        while now - self._seen[0][0] > RATE_WINDOW_S:
            self._seen.popleft()

    @property
    def per_second(self) -> float:
        """By how much the count grew in a second; 0 until it was noted twice."""
        if len(self._seen) < 2:
            return 0.0
        (first, before), (last, after) = self._seen[0], self._seen[-1]
        return (after - before) / (last - first) if last > first else 0.0


@dataclass(frozen=True)
class Unread:
    """The first record of a partition that is not in the store yet.

    ``end`` is the offset after the log's last record; ``since_ms`` is Kafka's timestamp of the first
    unread record in milliseconds since 1970, None where nothing is unread.
    """

    end: int
    since_ms: int | None


@dataclass
class PartitionFigures:
    """What was measured of one partition since this process began."""

    batch_sizes: Histogram = field(default_factory=lambda: Histogram(SIZES))
    commit_seconds: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    rate: Rate = field(default_factory=Rate)
    unread: Unread | None = None
    unread_seen_at: float = 0.0


class Figures:
    """Everything that is measured of one worker."""

    def __init__(self) -> None:
        self.publish_seconds = Histogram(SECONDS)
        self._partitions: dict[int, PartitionFigures] = {}

    def of(self, partition: int) -> PartitionFigures:
        """The figures of one partition."""
        found = self._partitions.get(partition)
        if found is None:
            found = self._partitions[partition] = PartitionFigures()
        return found

    def saw_unread(self, partition: int, unread: Unread) -> None:
        """Take note of what the log holds beyond the store."""
        figures = self.of(partition)
        figures.unread, figures.unread_seen_at = unread, time.time()

    def lag_seconds(self, partition: int, next_offset: int) -> float:
        """For how long the first unread record waits, as of the last look at the log; 0 where none does."""
        figures = self.of(partition)
        unread = figures.unread
        if unread is None or unread.since_ms is None or next_offset >= unread.end:
            return 0.0
        return max(0.0, figures.unread_seen_at - unread.since_ms / 1000.0)
