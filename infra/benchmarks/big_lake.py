"""A lake of any size: the clinics' events over and over under other keys, landed as their time goes on.

Each round of copies has clinics, people, episodes and sessions of its own, and begins some months
earlier than the one before, so that a large lake is a few years of many clinics. Offsets follow the time
of receipt across all of them, as a log's do: a segment holds a little of many people.

    python -m infra.benchmarks.big_lake FOLDER EVENTS
"""

import hashlib
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contracts import events
from infra.benchmarks.clinics import Said, clinics
from infra.benchmarks.log_of_events import partition_of
from infra.workload import Record
from warehouse.durable import Disk
from warehouse.manifest import Manifest, read_manifest, write_manifest
from warehouse.records import EVENTS
from warehouse.segments import new_segment, write_segment

PARTITIONS: Final = 8
KEYS: Final = ("patient_key", "episode_id", "session_id", "event_id", "corrects", "retracts", "other_key")
"""What names a person or what is theirs: 32 hex digits each, exchanged for others in a copy."""
OF_CLINICS: Final = ("clinic", "therapist", "rater")
CLINIC_SETS: Final = 30
"""So many sets of the clinics; further rounds are more people of the same ones."""
MONTHS: Final = 24
"""Each round begins a month before the one before it, and after so many of them from the start again."""
LANDED_AT: Final = datetime(2027, 1, 1, tzinfo=UTC)
MEMORY: Final = "2GB"


def big_lake(folder: Path, events_wanted: int, kept: Path, small: bool = False) -> int:
    """Write a lake of at least so many events to an empty ``folder``; gives how many there are.

    ``kept`` is the folder where the clinics' events are kept between runs.
    """
    base = _base(clinics(kept, small))
    rounds = -(-events_wanted // len(base))
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(":memory:", config={"memory_limit": MEMORY}) as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("base", base)
        manifest = Manifest()
        for partition in range(PARTITIONS):
            rows = _partition(connection, partition, rounds)
            manifest = _landed(folder, manifest, partition, rows)
            print(f"partition {partition}: {len(rows):,} events", file=sys.stderr, flush=True)
    write_manifest(folder, manifest, Disk())
    return len(base) * rounds


def append(folder: Path, said: Mapping[int, list[Said]]) -> int:
    """Land these events, by partition, behind what the lake holds; gives how many."""
    manifest = read_manifest(folder)
    for partition, values in said.items():
        start = manifest.next_offset(EVENTS.name, partition) or 0
        records = [Record(start + number, each.key, each.value) for number, each in enumerate(values)]
        manifest = _written(folder, manifest, partition, EVENTS.table(partition, records), start)
    write_manifest(folder, manifest, Disk())
    return sum(map(len, said.values()))


def visits(folder: Path, wanted: int) -> dict[int, list[Said]]:
    """One more visit of people who are under way, together so many events, by partition."""
    found: dict[int, list[Said]] = {}
    people = _under_way(folder, wanted // len(_VISIT))
    for number, person in enumerate(people):
        found.setdefault(person["kafka_partition"], []).extend(_visit(person, number))
    return found


def _base(said: list[Said]) -> pa.Table:
    tables = []
    for partition in range(PARTITIONS):
        here = [each for each in said if partition_of(each.key, PARTITIONS) == partition]
        records = [Record(offset, each.key, each.value) for offset, each in enumerate(here)]
        tables.append(EVENTS.table(partition, records))
    rows = pa.concat_tables(tables)
    return rows.filter(pc.not_equal(rows["event_type"], "PatientErased"))


def _partition(connection: duckdb.DuckDBPyConnection, partition: int, rounds: int) -> pa.Table:
    """All copies of one partition in the order in which they were received."""
    renamed = [f"CASE WHEN r = 0 THEN {name} ELSE md5({name} || r) END AS {name}" for name in KEYS]
    renamed += [f"{name} || '-' || r % {CLINIC_SETS} AS {name}" for name in OF_CLINICS]
    shifted = [
        f"{name} - to_months(CAST(r % {MONTHS} AS INT)) AS {name}" for name in ("occurred_at", "received_at")
    ]
    columns = ", ".join(name for name in EVENTS.schema.names if name != "kafka_offset")
    table: pa.Table = connection.sql(
        f"SELECT {columns}, row_number() OVER (ORDER BY received_at, event_id) - 1 AS kafka_offset"  # noqa: S608
        f" FROM (SELECT * REPLACE ({', '.join([*renamed, *shifted])}) FROM base, range(?) AS rounds(r)"
        " WHERE kafka_partition = ?) ORDER BY received_at, event_id",
        params=[rounds, partition],
    ).to_arrow_table()
    return table.select(EVENTS.schema.names).cast(EVENTS.schema)


def _landed(folder: Path, manifest: Manifest, partition: int, rows: pa.Table) -> Manifest:
    for start, end in _cuts(len(rows)):
        manifest = _written(folder, manifest, partition, rows.slice(start, end - start), start)
    return manifest


def _written(folder: Path, manifest: Manifest, partition: int, rows: pa.Table, start: int) -> Manifest:
    is_sealed = len(rows) == EVENTS.segment_offsets
    draft = new_segment(EVENTS, partition, start, start + len(rows), is_sealed, LANDED_AT)
    return manifest.replacing(None, [write_segment(folder, EVENTS, rows, draft, (), Disk())])


def _cuts(rows: int) -> Iterator[tuple[int, int]]:
    size = EVENTS.segment_offsets
    for start in range(0, rows, size):
        yield start, min(start + size, rows)


def _under_way(folder: Path, wanted: int) -> list[dict[str, Any]]:
    """The last set of so many people, spread over all partitions."""
    manifest = read_manifest(folder)
    tails = [manifest.of(EVENTS.name, partition)[-1].file for partition in range(PARTITIONS)]
    columns = ["patient_key", "muscle_group", "side", "occurred_at", "kafka_partition", "exercise"]
    found: list[dict[str, Any]] = []
    for file in tails:
        rows = pq.ParquetFile(folder / file).read([*columns, "event_type"])
        sets = rows.filter(pc.equal(rows["event_type"], "ExerciseSetRecorded"))
        last = {each["patient_key"]: each for each in sets.to_pylist()}
        found.extend(list(last.values())[: -(-wanted // PARTITIONS)])
    return found[:wanted]


_VISIT: Final[tuple[tuple[type[events.Envelope], int, dict[str, Any]], ...]] = (
    (events.SymptomReported, -20, {"phase": "before", "pain": 2.0}),
    (events.SessionRecorded, 0, {"place": "clinic", "attended": True, "quality": 0.9, "duration_min": 40.0}),
    *((events.ExerciseSetRecorded, 4 * number, {}) for number in range(1, 10)),
    (events.SymptomReported, 45, {"phase": "during", "pain": 1.0}),
    (events.SymptomReported, 50, {"phase": "after", "pain": 1.0, "soreness": "none"}),
    (events.SymptomReported, 1200, {"phase": "next_morning", "pain": 1.0}),
)
"""What is said of a visit: the kind of event, minutes from its beginning, and fields."""


def _visit(person: Mapping[str, Any], number: int) -> Iterator[Said]:
    begin = person["occurred_at"] + timedelta(days=2, minutes=number)
    session = hashlib.sha256(f"{person['patient_key']}{begin}".encode()).hexdigest()[:32]
    trained = {name: person[name] for name in ("exercise", "muscle_group", "side")}
    done = trained | {"prescribed_reps": 10, "completed_reps": 10, "correct_reps": 9, "load_kg": 5.0}
    for place, (kind, minutes, fields) in enumerate(_VISIT):
        at = begin + timedelta(minutes=minutes)
        said = fields | (done if kind is events.ExerciseSetRecorded else {})
        name = events.event_id_of(person["patient_key"], "bench", kind.__name__, (session, str(place)))
        carried = {
            "event_id": name,
            "patient_key": person["patient_key"],
            "occurred_at": at,
            "received_at": at,
        }
        one: Any = kind(**carried, source="bench", contract_version=1, session_id=session, **said)
        yield Said(person["patient_key"].encode(), events.encode(one))


def main(arguments: list[str]) -> None:
    """``FOLDER EVENTS``: write the lake."""
    folder = Path(arguments[0])
    print(f"{big_lake(folder, int(arguments[1]), folder.parent):,} events")


if __name__ == "__main__":
    main(sys.argv[1:])
