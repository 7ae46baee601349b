"""The whole path on a backlog, against the least that a consumer can do, Quix Streams, and stock Faust."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from contracts import topics
from infra.benchmarks import stock_faust, stock_quix
from infra.benchmarks.carrying import Failed, Took, module, took
from infra.benchmarks.figure import Figure, compared, not_measured, told
from infra.benchmarks.log_of_events import Standstill, fresh_topics, other_topics, wait_for_progression
from infra.benchmarks.place import Place
from infra.benchmarks.quix_environment import NotToBeHad, python_with_quix
from warehouse.manifest import read_manifest
from warehouse.records import EVENTS

UNIT: Final = "events/s"
ROUNDS: Final = 2
DURABLE: Final = ("worker against Quix Streams", "worker against stock Faust")


@dataclass(frozen=True)
class Backlog:
    """The events that wait in the topic: by partition the log's end."""

    ends: dict[int, int]

    @property
    def events(self) -> int:
        """How many there are."""
        return sum(self.ends.values())


def delivering(
    place: Place, backlog: Backlog, environments: Path, lake: Path, rounds: int = ROUNDS
) -> Iterator[Figure]:
    """Every figure of the whole path; the programs take turns, so that all meet the same weather.

    ``lake``: the folder of a lake, whose replay is held against what stock Faust reaches.
    """
    bare, held, stored = [], [], []
    for _ in range(rounds):
        bare.append(_bare(place, backlog))
        held.append(_held(place, backlog))
        stored.append(_stored(place, backlog))
    least, ours, durable = best(bare), best(held), best(stored)
    yield compared("worker without store", ours.rate, UNIT, least.rate)
    yield held_against(DURABLE[0], durable, lambda: _quix(place, backlog, environments))
    faust = cache(lambda: _faust(place, backlog))
    yield held_against(DURABLE[1], durable, faust)
    yield held_against("replay of the lake", _replayed(place, lake), faust)
    yield told("cost of durability", 100 * (1 - durable.rate / ours.rate), "% of the rate without store")


def held_against(name: str, ours: Took, theirs: Callable[[], Took]) -> Figure:
    """Our rate against theirs, or why theirs is not known."""
    try:
        return compared(name, ours.rate, UNIT, theirs().rate)
    except (NotToBeHad, Failed) as problem:
        return not_measured(name, UNIT, str(problem))


def best(turns: list[Took]) -> Took:
    """The turn that took least of the clock."""
    return min(turns, key=lambda turn: turn.seconds)


def _bare(place: Place, backlog: Backlog) -> Took:
    command = module("bare_loop", place.bootstrap, topics.EVENTS, backlog.events)
    with place.started(command, "bare") as process:
        return took(process, backlog.events)


def _held(place: Place, backlog: Backlog) -> Took:
    with place.started(module("our_worker", "held", backlog.events), "held") as process:
        return took(process, backlog.events)


def _stored(place: Place, backlog: Backlog) -> Took:
    """Ours as it runs for users; the end is when a reader of committed messages has seen all of it."""
    fresh_topics(place.settings)
    with place.started(module("our_worker", "stored", backlog.events), "stored") as process:
        process.until(lambda: "began" in process.said)
        try:
            ended = wait_for_progression(place.settings, backlog.ends, lambda: process.ended)
        except Standstill as problem:
            raise Failed(f"{problem} {process.last_words()}") from problem
        began = process.said["began"]
        return Took(backlog.events, ended - began.clock, process.cpu() - began.cpu)


def _quix(place: Place, backlog: Backlog, environments: Path) -> Took:
    python = str(python_with_quix(environments))
    other_topics(place.settings, stock_quix.TRANSITIONS)
    state = place.folder("quix")
    given = (place.bootstrap, topics.EVENTS, backlog.events, state)
    with place.started(module("stock_quix", *given, python=python), "quix") as process:
        return took(process, backlog.events)


def _replayed(place: Place, lake: Path) -> Took:
    """One partition of the lake through the fold, as the parity check does it."""
    manifest = read_manifest(lake)
    with place.started(module("our_replay", lake, 0), "replay") as process:
        return took(process, sum(each.rows for each in manifest.of(EVENTS.name, 0)))


def _faust(place: Place, backlog: Backlog) -> Took:
    other_topics(place.settings, stock_faust.TRANSITIONS)
    data = place.folder("faust")
    given = (place.bootstrap, topics.EVENTS, place.settings.partitions, backlog.events, data)
    with place.started(module("stock_faust", "fold", *given), "faust") as process:
        return took(process, backlog.events)
