"""Replays the lake through the stream's own fold, person by person, in the order of the log."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import duckdb
import pyarrow as pa

from contracts.events import Event
from streams.progression.fold import evolve
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


def people(connection: duckdb.DuckDBPyConnection) -> Iterator[Person]:
    """Everybody in the lake by key; one person is held in memory at a time."""
    rows = connection.cursor().sql(
        "SELECT * FROM landed_events ORDER BY patient_key, kafka_partition, kafka_offset"
    )
    batches = rows.to_arrow_reader(ROWS_AT_A_TIME)
    said = (each for batch in batches for each in _said(pa.Table.from_batches([batch])))
    for key, group in groupby(said, key=lambda each: each.event.patient_key):
        yield Person(key, tuple(group))


def states_at(person: Person, offsets: Iterable[int]) -> Iterator[tuple[int, PatientState]]:
    """The person's state at each of these offsets (ascending), of the events below it."""
    state, rest = initial(), iter(person.said)
    waiting = next(rest, None)
    for offset in offsets:
        while waiting is not None and waiting.offset < offset:
            state = _after(state, waiting.event)
            waiting = next(rest, None)
        yield offset, state


def _after(state: PatientState, event: Event) -> PatientState:
    try:
        return evolve(state, event)
    except Exception:  # the stream sets such an event aside and goes on
        return state


def _said(rows: pa.Table) -> Iterator[Said]:
    partitions = rows["kafka_partition"].to_pylist()
    offsets = rows["kafka_offset"].to_pylist()
    events = events_of_table(fitted(rows, EVENTS.schema))
    return map(Said, partitions, offsets, events)
