"""Replays the lake through the stream's own fold, person by person, in the order of the log."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import duckdb
import pyarrow as pa

from contracts.events import Event
from streams.batch import Decoded, Folded, fold
from streams.progression.state import PatientState, initial
from warehouse.columns import fitted
from warehouse.lake import Lake
from warehouse.load import landed_views
from warehouse.rebuild import events_of_table
from warehouse.records import EVENTS

ROWS_AT_A_TIME: Final = 20_000
MEMORY: Final = "1GB"


@dataclass(frozen=True)
class Said:
    """One landed event and where it was in the log."""

    partition: int
    offset: int
    event: Event


@dataclass(frozen=True)
class Person:
    """All that was landed of one person, in the order of the log."""

    patient_key: str
    said: Sequence[Said]


@contextlib.contextmanager
def opened(lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of its own with the views of the lake; nothing is written."""
    with duckdb.connect(":memory:", config={"memory_limit": MEMORY, "threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        with landed_views(connection, lake):
            yield connection


def people(
    connection: duckdb.DuckDBPyConnection, partition: int | None = None, only: str = ""
) -> Iterator[Person]:
    """Everybody in the lake (or in one partition) by key; one person is held in memory at a time.

    ``only`` is a condition of SQL on whom to take.
    """
    rows = connection.cursor().table("landed_events")
    if partition is not None:
        rows = rows.filter(duckdb.ColumnExpression("kafka_partition") == duckdb.ConstantExpression(partition))
    if only:
        rows = rows.filter(only)
    batches = rows.order("patient_key, kafka_partition, kafka_offset").to_arrow_reader(ROWS_AT_A_TIME)
    said = (each for batch in batches for each in _said(pa.Table.from_batches([batch])))
    for key, group in groupby(said, key=lambda each: each.event.patient_key):
        yield Person(key, tuple(group))


def states_at(person: Person, offsets: Iterable[int]) -> Iterator[tuple[int, PatientState]]:
    """The person's state at each of these offsets (ascending), of the events below it."""
    state, rest = initial(), iter(person.said)
    waiting = next(rest, None)
    for offset in offsets:
        part = []
        while waiting is not None and waiting.offset < offset:
            part.append(waiting)
            waiting = next(rest, None)
        if part:
            state = folded(person.patient_key, state, part).states.get(person.patient_key, state)
        yield offset, state


def folded(patient_key: str, state: PatientState, part: Iterable[Said]) -> Folded:
    """The person after these events; what the fold fails on is set aside as the stream does it."""
    return fold(Decoded(tuple((each.offset, each.event) for each in part), ()), {patient_key: state})


def _said(rows: pa.Table) -> Iterator[Said]:
    partitions = rows["kafka_partition"].to_pylist()
    offsets = rows["kafka_offset"].to_pylist()
    events = events_of_table(fitted(rows, EVENTS.schema))
    return map(Said, partitions, offsets, events)
