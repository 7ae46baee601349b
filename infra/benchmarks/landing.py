"""Landing a log of events in the lake, against the least that it takes to have them in Parquet."""

from collections.abc import Iterator
from typing import Final

from contracts import topics
from infra.benchmarks.carrying import Failed, Took, module, took
from infra.benchmarks.delivering import Backlog, best, held_against
from infra.benchmarks.figure import Figure, not_measured
from infra.benchmarks.place import Place

NAME: Final = "landing"
UNIT: Final = "events/s"


def landing(place: Place, backlog: Backlog, rounds: int) -> Iterator[Figure]:
    """Ours against the bare one; they take turns, and the best turn of each counts."""
    ours, bare = [], []
    try:
        for _ in range(rounds):
            bare.append(_bare(place, backlog))
            ours.append(_ours(place, backlog))
    except Failed as problem:
        yield not_measured(NAME, UNIT, str(problem))
        return
    yield held_against(NAME, best(ours), lambda: best(bare))


def _bare(place: Place, backlog: Backlog) -> Took:
    given = (place.bootstrap, topics.EVENTS, backlog.events, place.folder("files"))
    with place.started(module("bare_landing", *given), "bare-landing") as process:
        return took(process, backlog.events)


def _ours(place: Place, backlog: Backlog) -> Took:
    with place.started(module("our_landing"), "our-landing") as process:
        return took(process, backlog.events)
