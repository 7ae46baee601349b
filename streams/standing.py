"""Where a worker stands, as its watchdog asks for it from another thread."""

import asyncio
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from streams.owned import OwnedPartitions


@dataclass(frozen=True)
class Standing:
    """What is known of one worker. ``partitions_of_topic`` is shared by the ``members`` of its group."""

    owner: OwnedPartitions
    assigned: Callable[[], int]
    is_flowing: Callable[[], bool]
    restoring: Callable[[], Mapping[int, tuple[int, int]]]
    loop: Callable[[], asyncio.AbstractEventLoop]
    members: Callable[[], int | None]
    partitions_of_topic: int

    def partitions(self) -> int:
        """How many partitions the group gave to the worker."""
        return self.assigned()

    def flowing(self) -> bool:
        """Whether records may flow to it."""
        return self.is_flowing()

    def progress(self) -> Hashable:
        """Changes while stores are brought back and opened."""
        return tuple(sorted(self.restoring().items())), len(list(self.owner))

    def should_own(self) -> str | None:
        """Why a worker without partitions should have some; None where it need not, or nobody knows."""
        members = self.members()
        if members is None or members > self.partitions_of_topic:
            return None
        those = "1 member" if members == 1 else f"{members} members"
        return f"its group has {those} for {self.partitions_of_topic} partitions"

    def check_progress(self) -> None:
        """Raise ``Stalled`` when a partition has lag and does not move."""
        self.owner.check_progress()

    def forgive(self) -> None:
        """Count the time without progress anew."""
        now = time.monotonic()
        for each in self.owner:
            each.counters.moved_at = now

    def ask_loop(self, answer: Callable[[], None]) -> None:
        """Have ``answer`` called by the event loop."""
        self.loop().call_soon_threadsafe(answer)
