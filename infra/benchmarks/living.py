"""A worker that has many patients: latency, processor, memory, and how fast it starts and stops."""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from contracts import topics
from contracts.settings import Settings
from infra.benchmarks.carrying import Process
from infra.benchmarks.crowd import Member, visit
from infra.benchmarks.figure import Figure, told
from infra.benchmarks.latency import Latency, latency
from infra.benchmarks.log_of_events import partition_of, wait_for_progression, write_log
from infra.benchmarks.place import Place
from infra.services import worker
from streams.opening import Log, open_store
from streams.progression.policy import rules_version
from streams.readiness import topic_id_of_events
from streams.rows import Commit, EpisodeRow

COMMAND: Final = (sys.executable, "-m", "infra.cli", "stream")
RATES: Final = (50, 300, 5_000)
MB: Final = 1024 * 1024


@dataclass(frozen=True)
class Inhabited:
    """The settings of a worker whose stores hold the crowd, and the log's ends after they were touched."""

    settings: Settings
    members: Sequence[Member]


def inhabited(place: Place, members: Sequence[Member]) -> Inhabited:
    """Stores with these patients, as if they had been folded from a log that is not there any more."""
    settings = place.own_settings("worker")
    topic_id, rules = topic_id_of_events(settings.kafka), rules_version()
    for number in range(settings.partitions):
        mine = [each for each in members if partition_of(each.key.encode(), settings.partitions) == number]
        log = Log(topics.EVENTS, topic_id, number)
        with contextlib.closing(open_store(settings.home.streams, log, rules)) as store:
            rows = {(each.key, each.episode): EpisodeRow(each.view, each.detail) for each in mine}
            store.commit(Commit(0, 0, {each.key: each.row for each in mine}, dict(rows)))
    return Inhabited(settings, members)


def living(place: Place, many: Inhabited, seconds: float) -> Iterator[Figure]:
    """Start it, touch every patient, send more at several rates, stop it; again with a frozen broker."""
    with started(place, many) as (process, ready):
        yield told("start", ready, "s")
        ends = write_log(many.settings, [visit(each, 0)[0] for each in many.members])
        wait_for_progression(many.settings, ends, lambda: process.ended)
        yield told(f"memory, {len(many.members):,} patients", process.seen.memory_info().rss / MB, "MB")
        for number, rate in enumerate(RATES, start=1):
            yield from _at_rate(many, process, rate, seconds, number)
        yield told("stop", process.stop(), "s")
    with started(place, many) as (process, _ready), place.frozen_broker():
        yield told("stop, frozen broker", process.stop(), "s")


@contextlib.contextmanager
def started(place: Place, many: Inhabited) -> Iterator[tuple[Process, float]]:
    """A worker that is ready, and the seconds until it was."""
    service = worker(many.settings)
    with place.started(list(COMMAND), "worker", many.settings) as process:
        yield process, process.until(service.is_ready)


def _at_rate(many: Inhabited, process: Process, rate: int, seconds: float, number: int) -> Iterator[Figure]:
    # At the highest rate the crowd would be through at once: a third of the time is enough to tell.
    wanted = int(rate * (seconds if rate < 1_000 else seconds / 3))
    visits = (visit(each, number) for each in many.members)
    said = [event for of_one in visits for event in of_one][:wanted]
    found = latency(many.settings, said, rate, process.cpu)
    yield from _figures(rate, found)


def _figures(rate: int, found: Latency) -> Iterator[Figure]:
    yield told(f"latency at {rate:,}/s, p50", found.p50, "ms")
    yield told(f"latency at {rate:,}/s, p99", found.p99, "ms")
    yield told(f"core at {rate:,}/s", 100 * found.core, "% of a core")
    if found.lost:
        yield told(f"not shown in time at {rate:,}/s", found.lost, "events")
