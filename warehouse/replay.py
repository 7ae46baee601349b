"""Replays the lake through the stream's own fold, person by person, in the order of the log."""

import contextlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

import duckdb
import pyarrow as pa

from contracts.events import Event
from streams.batch import Decoded, Done, Folded, Work, fold
from streams.progression.codec import encode
from streams.progression.decisions import facts
from streams.progression.fold import evolve_all
from streams.progression.state import PatientState, initial
from warehouse.columns import fitted
from warehouse.lake import Lake
from warehouse.load import landed_views
from warehouse.rebuild import events_of_table
from warehouse.records import EVENTS

ROWS_AT_A_TIME: Final = 20_000
MEMORY: Final = "300MB"
"""Of the connection that sorts the lake by person; what is beyond goes to the disk."""
_OPTIONS: Final = {"memory_limit": MEMORY, "threads": 1}


class Said(NamedTuple):
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
    with (
        tempfile.TemporaryDirectory(prefix="myomap-replay-") as folder,
        duckdb.connect(":memory:", config=_OPTIONS | {"temp_directory": folder}) as connection,
    ):
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
    for key, group in groupby(said, key=_key):
        yield Person(key, tuple(group))


def states_at(person: Person, offsets: Iterable[int]) -> Iterator[tuple[int, PatientState]]:
    """The person's state at each of these offsets (ascending), of the events below it."""
    state, begin, said = initial(), 0, person.said
    for offset in offsets:
        end = begin
        while end < len(said) and said[end].offset < offset:
            end += 1
        if end > begin:
            part = said[begin:end]
            state = folded(person.patient_key, state, part).states.get(person.patient_key, state)
        begin = end
        yield offset, state


def replay_all(lake: Lake, partition: int | None = None) -> int:
    """Fold everybody in the lake, or in one partition, up to the facts that stand; gives how many events."""
    events = 0
    with opened(lake) as connection:
        for person in people(connection, partition):
            folded(person.patient_key, initial(), person.said, _to_facts)
            events += len(person.said)
    return events


def folded(patient_key: str, state: PatientState, part: Iterable[Said], work: Work | None = None) -> Folded:
    """The person after these events; what the fold fails on is set aside as the stream does it."""
    placed = tuple((each.offset, each.event) for each in part)
    return fold(Decoded(placed, ()), {patient_key: state}, work or _to_bytes)


def _to_facts(_before: PatientState, state: PatientState, said: Iterable[Event]) -> Done:
    state = evolve_all(state, said)
    facts(state)
    return state, ()


def _to_bytes(before: PatientState, state: PatientState, said: Iterable[Event]) -> Done:
    """All that the stream does to a patient, but for the difference of the facts."""
    done = _to_facts(before, state, said)
    encode(done[0])
    return done


def _key(said: Said) -> str:
    return said.event.patient_key


def _said(rows: pa.Table) -> Iterator[Said]:
    partitions = rows["kafka_partition"].to_pylist()
    offsets = rows["kafka_offset"].to_pylist()
    events = events_of_table(fitted(rows, EVENTS.schema))
    return map(Said, partitions, offsets, events)
