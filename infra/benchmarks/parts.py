"""The parts that carry the load and need no broker: a record judged, states written, a page's question."""

import contextlib
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from contracts.settings import Home
from infra.benchmarks.figure import Figure, compared
from infra.benchmarks.folding import fold_times
from infra.refusal import Refusal
from infra.workload import device_records, write_marts

Task = Callable[[], object]
ROUNDS: Final = 3
QUESTION: Final = (
    "SELECT program, measure, sum(n_measured), avg(mean_change) FROM agg_outcomes"
    " WHERE condition = (SELECT min(condition) FROM agg_outcomes) AND horizon = 'latest' AND month = 'all'"
    " GROUP BY ALL ORDER BY ALL"
)


def folding(events: int) -> Iterator[Figure]:
    """An event in its order and one that is a month late, each against the whole episode again."""
    times = fold_times(events)
    for name, seconds in (("fold, event in order", times.in_order), ("fold, event 30 days late", times.late)):
        yield compared(name, 1 / seconds, "events/s", 1 / times.refold)


def accepting(count: int) -> Figure:
    """The door's check of a record, against parsing its JSON and nothing else."""
    from contracts.accept import accept
    from contracts.registry import load

    contract, records = load().contract("motion_sensor"), device_records(count)
    ours, plainly = best(
        lambda: [accept(record, contract) for record in records],
        lambda: [json.loads(record) for record in records],
        time.process_time,
    )
    return compared("accept", count / ours, "records/CPU s", count / plainly)


def committing(states: int, folder: Path) -> Figure:
    """Writing states, offset and outbox as one batch, against plain rows of the same bytes."""
    ours, plainly = best(lambda: _commit(states, folder), lambda: _insert(states, folder))
    return compared("commit", states / ours, "states/s", states / plainly)


def asking(home: Home, folder: Path, rows: int, questions: int) -> Figure:
    """A page's question to the marts, against the least question that there is."""
    import duckdb

    with duckdb.connect(str(released_or_made(home, folder, rows)), read_only=True) as connection:
        ours, least = best(
            lambda: [connection.execute(QUESTION).fetchall() for _ in range(questions)],
            lambda: [connection.execute("SELECT 1").fetchall() for _ in range(questions)],
        )
    return compared("page question", questions / ours, "questions/s", questions / least)


def best(ours: Task, other: Task, clock: Callable[[], float] = time.perf_counter) -> tuple[float, float]:
    """The shortest of a few turns of each, in seconds, taken in turns so that both meet the same weather."""
    turns = [(_seconds(ours, clock), _seconds(other, clock)) for _ in range(ROUNDS)]
    return min(mine for mine, _ in turns), min(theirs for _, theirs in turns)


def released_or_made(home: Home, folder: Path, rows: int) -> Path:
    """The home's current release, or a table of figures made for the occasion."""
    from infra.marts_query import current_release

    with contextlib.suppress(Refusal):
        return current_release(home)
    path = folder / "figures.duckdb"
    if not path.exists():
        write_marts(path, rows)
    return path


def _seconds(task: Task, clock: Callable[[], float]) -> float:
    began = clock()
    task()
    return max(clock() - began, 1e-6)


def _commit(states: int, folder: Path) -> None:
    from streams.opening import Log, open_store
    from streams.rows import Commit, EpisodeRow

    row = EpisodeRow(os.urandom(2_000), os.urandom(6_000))
    patients = {f"{number:032x}": row.view[:200] for number in range(states)}
    episodes: dict[tuple[str, str], EpisodeRow | None] = {(key, key): row for key in patients}
    with tempfile.TemporaryDirectory(dir=folder) as place:
        store = open_store(Path(place), Log("bench", "bench", 0), "bench")
        with contextlib.closing(store):
            store.commit(Commit(0, states, patients, episodes))


def _insert(states: int, folder: Path) -> None:
    rows = os.urandom(8_200)
    with (
        tempfile.TemporaryDirectory(dir=folder) as place,
        contextlib.closing(sqlite3.connect(Path(place) / "plain.sqlite")) as connection,
    ):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE state (patient_key TEXT PRIMARY KEY, state BLOB)")
        named = ((f"{number:032x}", rows) for number in range(states))
        connection.executemany("INSERT INTO state VALUES (?, ?)", named)
        connection.commit()
