"""Our worker as it runs for users, but for a note of when the first events are handed to the fold.

``stored``: as ever. ``held``: the states stay in memory, nothing is stored or published.

    python -m infra.benchmarks.our_worker stored|held EVENTS
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contracts.settings import settings_from
from infra.benchmarks.meter import Meter
from streams.batch import Fetched, decode, fold
from streams.owned import OwnedPartitions
from streams.position import LogBounds
from streams.progression.state import PatientState
from streams.worker import run


class HeldPartitions(OwnedPartitions):
    """Owns partitions whose states are in memory only; ends the process after so many events."""

    meter = Meter()
    events = 0
    leave: Callable[[int], None] = os._exit

    def __post_init__(self) -> None:
        super().__post_init__()
        self._numbers: set[int] = set()
        self._states: dict[str, PatientState] = {}
        self._done = 0

    async def open(self, partitions: set[int]) -> None:
        """Take the partitions."""
        self._numbers |= partitions

    async def close(self, partitions: set[int]) -> None:
        """Let go of them."""
        self._numbers -= partitions

    def start(self, partition: int, bounds: LogBounds) -> int | None:
        """The log's beginning."""
        return bounds.start if partition in self._numbers else None

    def epoch(self, partition: int) -> int | None:
        """One epoch is enough."""
        return 1 if partition in self._numbers else None

    async def apply(self, fetched: Fetched) -> None:
        """Fold a fetch, as the bare loop does."""
        self.meter.begin()
        self._states |= fold(decode(fetched.records, "the log"), self._states).states
        self._done += len(fetched.records)
        if self._done >= self.events:
            self.meter.end()
            type(self).leave(0)


def note_the_beginning(owner: type[OwnedPartitions]) -> None:
    """Make the owner say when it gets the first fetch."""
    meter, apply = Meter(), owner.apply

    def noted(self: OwnedPartitions, fetched: Fetched) -> Any:
        meter.begin()
        return apply(self, fetched)

    owner.apply = noted  # type: ignore[method-assign]


def main(arguments: list[str]) -> None:
    """Run until stopped, or until the events are folded."""
    what, events = arguments
    Path(os.environ["MYOMAP_HOME"]).mkdir(parents=True, exist_ok=True)
    if what == "held":
        import streams.app

        HeldPartitions.events = int(events)
        vars(streams.app)["OwnedPartitions"] = HeldPartitions
    else:
        note_the_beginning(OwnedPartitions)
    run(settings_from(os.environ))


if __name__ == "__main__":
    main(sys.argv[1:])
