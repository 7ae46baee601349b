"""Measures the parts that carry the load, each against something run in the same minute.

``python -m infra.bench`` prints the figures and writes ``bench.json``: a list of objects with name,
value and unit, against what, ratio and floor. A machine is faster or slower; the ratios stay. A ratio
below its floor says that a part became slower than it has to be, and ends with status 1.
"""

import argparse
import contextlib
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contracts import events
from contracts.settings import Home, settings_from
from infra.refusal import Refusal
from infra.report import plain, print_table
from infra.workload import Record, device_records, log_of_events, write_marts

Task = Callable[[], object]
ROUNDS: Final = 3
FETCH: Final = 2_000
QUESTION: Final = (
    "SELECT program, measure, sum(n_measured), avg(mean_change) FROM agg_outcomes"
    " WHERE condition = (SELECT min(condition) FROM agg_outcomes) AND horizon = 'latest' AND month = 'all'"
    " GROUP BY ALL ORDER BY ALL"
)


@dataclass(frozen=True)
class Figure:
    """``value`` in ``unit``; ``ratio`` is value over what the other thing reached, not below ``floor``."""

    name: str
    value: float
    unit: str
    against: str
    ratio: float
    floor: float


@dataclass(frozen=True)
class Work:
    """So much of each: records and events, states of a commit, rows of a mart, questions to it."""

    records: int = 20_000
    states: int = 5_000
    rows: int = 200_000
    questions: int = 200


def measure(work: Work, home: Home, folder: Path) -> Iterator[Figure]:
    """Every figure, one after the other; ``folder`` is for what is written."""
    log = log_of_events(work.records)
    yield accepting(device_records(work.records))
    yield folding(log)
    yield carrying(log, folder)
    yield committing(work.states, folder)
    yield asking(released_or_made(home, folder, work.rows), work.questions)


def accepting(records: Sequence[bytes]) -> Figure:
    """The door's check of a record, against parsing its JSON and nothing else."""
    from contracts.accept import accept
    from contracts.registry import load

    contract = load().contract("motion_sensor")
    ours, plainly = best(
        lambda: [accept(record, contract) for record in records],
        lambda: [json.loads(record) for record in records],
        time.process_time,
    )
    return _rate("accept", len(records), ours, "records/CPU s", "json.loads", plainly, 0.08)


def folding(log: Sequence[Record]) -> Figure:
    """Decoding and folding events into states in memory, against decoding them and nothing else."""
    ours, decoding = best(lambda: _fold(log), lambda: _decode(log), time.process_time)
    return _rate("fold", len(log), ours, "events/CPU s", "decoding the same events", decoding, 0.002)


def carrying(log: Sequence[Record], folder: Path) -> Figure:
    """A partition's whole work, with its store on the disk, against decoding the events and nothing else."""
    ours, decoding = best(lambda: _carry(log, folder), lambda: _decode(log))
    return _rate("partition", len(log), ours, "events/s", "decoding the same events", decoding, 0.0008)


def committing(states: int, folder: Path) -> Figure:
    """Writing states, offset and outbox as one batch, against plain rows of the same bytes."""
    ours, plainly = best(lambda: _commit(states, folder), lambda: _insert(states, folder))
    return _rate("commit", states, ours, "states/s", "plain rows in SQLite", plainly, 0.2)


def asking(path: Path, questions: int) -> Figure:
    """A page's question to the marts, against the least question that there is."""
    import duckdb

    with duckdb.connect(str(path), read_only=True) as connection:
        ours, least = best(
            lambda: [connection.execute(QUESTION).fetchall() for _ in range(questions)],
            lambda: [connection.execute("SELECT 1").fetchall() for _ in range(questions)],
        )
    return _rate("page question", questions, ours, "questions/s", "SELECT 1", least, 0.005)


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
    write_marts(path, rows)
    return path


def _rate(name: str, count: int, ours: float, unit: str, against: str, other: float, floor: float) -> Figure:
    return Figure(name, round(count / ours), unit, against, round(other / ours, 5), floor)


def _seconds(task: Task, clock: Callable[[], float]) -> float:
    began = clock()
    task()
    return max(clock() - began, 1e-6)


def _decode(log: Sequence[Record]) -> None:
    for record in log:
        events.decode(record.value)


def _fetches(log: Sequence[Record]) -> Iterator[Sequence[Record]]:
    return (log[at : at + FETCH] for at in range(0, len(log), FETCH))


def _fold(log: Sequence[Record]) -> None:
    from streams.batch import decode, fold
    from streams.progression.state import PatientState

    states: dict[str, PatientState] = {}
    for records in _fetches(log):
        states |= fold(decode(records, "the bench"), states).states


def _carry(log: Sequence[Record], folder: Path) -> None:
    from streams.batch import Fetched
    from streams.opening import Log
    from streams.partition import open_partition

    with tempfile.TemporaryDirectory(dir=folder) as place:
        partition = open_partition(Path(place), Log("bench", "bench", 0), "bench")
        with contextlib.closing(partition):
            for records in _fetches(log):
                span = records[0].offset, records[-1].offset + 1
                partition.apply(Fetched(0, partition.store.epoch, *span, records))


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
    row = os.urandom(8_200)
    with (
        tempfile.TemporaryDirectory(dir=folder) as place,
        contextlib.closing(sqlite3.connect(Path(place) / "plain.sqlite")) as connection,
    ):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE state (patient_key TEXT PRIMARY KEY, state BLOB)")
        named = ((f"{number:032x}", row) for number in range(states))
        connection.executemany("INSERT INTO state VALUES (?, ?)", named)
        connection.commit()


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write; 1 when a ratio is below its floor."""
    parser = argparse.ArgumentParser(prog="infra.bench", description="Measure what carries the load.")
    parser.add_argument("--small", action="store_true", help="a hundredth of the work, for a quick look")
    parser.add_argument("--out", type=Path, default=Path("bench.json"), help="file to write the figures to")
    chosen = parser.parse_args(arguments)
    work = Work(200, 50, 2_000, 5) if chosen.small else Work()
    with tempfile.TemporaryDirectory() as folder:
        figures = list(measure(work, settings_from(os.environ).home, Path(folder)))
    chosen.out.write_text(json.dumps(plain(figures), indent=2) + "\n", encoding="utf-8")
    columns = ("what", "reached", "", "against", "ratio", "floor")
    print_table("Measured in the same minute", columns, [list(plain(each).values()) for each in figures])
    slow = [each.name for each in figures if each.ratio < each.floor]
    if slow:
        print(f"Below its floor: {', '.join(slow)}.", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
