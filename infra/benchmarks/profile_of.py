"""Where the time of the hot path goes: a partition's work on the demo's log, by function."""

import cProfile
import io
import pstats
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.benchmarks.clinics import Said
from infra.benchmarks.log_of_events import partition_of

FETCH: Final = 9_600
"""Records of one fetch of one partition on a backlog: what four mebibytes hold."""
LINES: Final = 45


@dataclass(frozen=True)
class Record:
    """A message of the log as a partition gets it."""

    offset: int
    key: bytes
    value: bytes


def hot_path(said: Sequence[Said], partitions: int) -> str:
    """One partition of the log, folded into its store: the functions by cumulative, then by own time."""
    profile = cProfile.Profile()
    with tempfile.TemporaryDirectory() as folder:
        profile.enable()
        events = fold_partition(said, partitions, Path(folder))
        profile.disable()
    text = io.StringIO()
    stats = pstats.Stats(profile, stream=text).strip_dirs()
    text.write(f"{events} events of one partition in fetches of {FETCH}\n")
    for order in ("cumulative", "tottime"):
        stats.sort_stats(order).print_stats(LINES)
    return text.getvalue()


def fold_partition(said: Sequence[Said], partitions: int, folder: Path) -> int:
    """Take the first partition's events into a new store; how many they are."""
    from streams.batch import Fetched
    from streams.opening import Log
    from streams.partition import open_partition

    log = [
        Record(offset, each.key, each.value)
        for offset, each in enumerate(each for each in said if partition_of(each.key, partitions) == 0)
    ]
    with closing(open_partition(folder, Log("bench", "bench", 0), "bench")) as partition:
        for records in _fetches(log):
            span = records[0].offset, records[-1].offset + 1
            partition.apply(Fetched(0, partition.store.epoch, *span, records))
    return len(log)


def _fetches(log: Sequence[Record]) -> Iterator[Sequence[Record]]:
    return (log[at : at + FETCH] for at in range(0, len(log), FETCH))
