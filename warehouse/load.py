"""Puts the lake and the reference tables into the database file in which the marts are built."""

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, get_args, get_type_hints

import duckdb
import pyarrow as pa
from scipy.stats import t as t_distribution  # type: ignore[import-untyped]

from contracts.measures.registry import Measure, Threshold, measures, thresholds
from warehouse.lake import Lake
from warehouse.records import KINDS, Kind
from warehouse.refused import LakeRefused
from warehouse.spoken_tables import TOUCHED, add_events, counted, make_event_tables, note_repeated
from warehouse.stamp import Stamp
from warehouse.touched import touch, touch_nobody

DEGREES: Final = 1000
"""Rows of ``reference.t_quantiles``."""

BEFORE_ANYTHING: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The instant of marts without events."""

Offsets = Mapping[str, Mapping[str, int]]
_ARROW: Final = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


@dataclass(frozen=True)
class Loaded:
    """What the working file holds: its instant, how many events and people; ``touched``: keys of those whom
    the build concerns, None for everybody."""

    as_of: datetime
    events: int
    patients: int
    touched: int | None


def load(connection: duckdb.DuckDBPyConnection, lake: Lake) -> Loaded:
    """Make the schemas ``lake`` and ``reference`` of everybody; raises ``LakeRefused``.

    ``LakeRefused`` stands for a file that cannot be read. The file that the connection is on is new.
    """
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("CREATE SCHEMA lake")
    connection.execute("CREATE SCHEMA reference")
    with landed_views(connection, lake):
        make_event_tables(connection, "landed_events")
        add_events(connection, "landed_events")
        note_repeated(connection)
        note_ends(connection, lake.manifest.offsets().get("events", {}))
        for name, rows in _OTHERS.items():
            connection.execute(f"CREATE TABLE lake.{name} AS {rows}")
    connection.execute("CREATE TABLE lake.people AS SELECT DISTINCT patient_key FROM lake.events")
    touch_nobody(connection)
    _store(connection, "reference.measures", table_of_dataclass(Measure, measures()))
    _store(connection, "reference.thresholds", table_of_dataclass(Threshold, thresholds()))
    _store(connection, "reference.t_quantiles", t_quantiles())
    return _loaded(connection, as_of(connection), None)


def load_news(connection: duckdb.DuckDBPyConnection, lake: Lake, since: Stamp) -> Loaded:
    """Add what was landed since the stamp, and say in ``lake.touched`` whom that concerns.

    The marts of the build before are attached as ``candidate``. Raises ``LakeRefused``.
    """
    connection.execute("SET TimeZone = 'UTC'")
    with landed_views(connection, lake, since.offsets):
        for kind in KINDS.values():
            connection.execute(f"CREATE TABLE landing.new_{kind.name} AS FROM landed_{kind.name}")
        add_events(connection, "landing.new_events")
        row = connection.execute(_LATEST.format(events="landing.new_events")).fetchone()
        instant = max(since.as_of, row[0]) if row and row[0] else since.as_of
        of_patients = [f"landing.new_{kind.name}" for kind in KINDS.values() if kind.of_patients]
        touched = touch(connection, of_patients, since.as_of, instant)
        note_repeated(connection, TOUCHED)
        note_ends(connection, lake.manifest.offsets().get("events", {}))
        connection.execute(_FORGET_STATES)
        for name, rows in _OTHERS.items():
            connection.execute(f"INSERT INTO lake.{name} {rows.replace('landed_', 'landing.new_')}")
        connection.execute(
            "INSERT INTO lake.people SELECT DISTINCT patient_key FROM landing.new_events"
            " WHERE patient_key NOT IN (SELECT patient_key FROM lake.people)"
        )
    return _loaded(connection, instant, touched)


def name_build(connection: duckdb.DuckDBPyConnection, release: str, instant: datetime) -> None:
    """Say in ``lake.build`` what is being built: the name of the release, and the instant of its marts."""
    connection.execute("CREATE OR REPLACE TABLE lake.build (release VARCHAR, as_of TIMESTAMPTZ)")
    connection.execute("INSERT INTO lake.build VALUES (?, ?)", [release, instant])


def note_ends(connection: duckdb.DuckDBPyConnection, ends: Mapping[str, int]) -> None:
    """Say in ``lake.ends`` up to which offset of each partition (as text) the events are landed.

    The events themselves do not tell: the last record of a partition may be none, or of an erased person.
    """
    connection.execute("CREATE OR REPLACE TABLE lake.ends (kafka_partition INT, next_offset BIGINT)")
    for number, offset in ends.items():
        connection.execute("INSERT INTO lake.ends VALUES (?, ?)", [int(number), offset])


def _loaded(connection: duckdb.DuckDBPyConnection, instant: datetime | None, touched: int | None) -> Loaded:
    row = connection.execute("SELECT count(*) FROM lake.people").fetchone()
    return Loaded(instant or BEFORE_ANYTHING, counted(connection), row[0] if row else 0, touched)


@contextlib.contextmanager
def landed_views(
    connection: duckdb.DuckDBPyConnection, lake: Lake, since: Offsets | None = None
) -> Iterator[None]:
    """Views ``landed_<kind>`` over exactly the manifest's files, without erased people and unread records.

    ``since``: by kind and partition (as text) the offset from which on rows are wanted.
    """
    connection.execute("CREATE SCHEMA landing")
    try:
        for kind in KINDS.values():
            _view(connection, lake, kind, {} if since is None else since.get(kind.name, {}))
        yield
    except duckdb.Error as problem:
        raise LakeRefused(
            f"The lake in {lake.folder} cannot be read ({problem}). Restore it from a backup, or move its "
            "folder away and run myomap refresh, which lands again what Kafka still holds."
        ) from problem
    finally:
        for kind in KINDS.values():
            connection.execute(f"DROP VIEW IF EXISTS landed_{kind.name}")
        connection.execute("DROP SCHEMA landing CASCADE")


def as_of(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """The instant of the latest landed event, never later than it was received; None without events.

    Event time decides: history that is taken in today says what was so then, and whose follow-up was due.
    """
    row = connection.execute(_LATEST.format(events="lake.events")).fetchone()
    return row[0] if row else None


def t_quantiles() -> pa.Table:
    """The factor of a 95 % interval by degrees of freedom."""
    degrees = list(range(1, DEGREES + 1))
    factors = [float(each) for each in t_distribution.ppf(0.975, degrees)]
    return pa.table({"degrees": pa.array(degrees, pa.int32()), "t95": pa.array(factors, pa.float64())})


def table_of_dataclass(kind: type[Any], values: Iterable[Any]) -> pa.Table:
    """Frozen dataclasses as rows, one column a field; a set of several values is a list."""
    hints, rows = get_type_hints(kind), list(values)
    columns = {
        each.name: pa.array([_plain(getattr(row, each.name)) for row in rows], _arrow(hints[each.name]))
        for each in dataclasses.fields(kind)
    }
    return pa.table(columns)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | frozenset) else value


def _arrow(hint: Any) -> pa.DataType:
    if hint in _ARROW:
        return _ARROW[hint]
    parts = [each for each in get_args(hint) if each is not type(None)]
    if getattr(hint, "__origin__", None) in (tuple, frozenset):
        return pa.list_(_arrow(parts[0]))
    known = [_arrow(each) for each in parts if not isinstance(each, str)]
    return known[0] if known else pa.string()


def _store(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    connection.from_arrow(rows).create(name)


def _view(connection: duckdb.DuckDBPyConnection, lake: Lake, kind: Kind, since: Mapping[str, int]) -> None:
    segments = [each for each in lake.manifest.of(kind.name) if each.end > since.get(str(each.partition), 0)]
    _store(connection, f"landing.no_{kind.name}", kind.schema.empty_table())
    rows = connection.table(f"landing.no_{kind.name}")
    if segments:
        files = [str(lake.path(each)) for each in segments]
        rows = _whole(connection.read_parquet(files, union_by_name=True), rows)
    rows = rows.filter("problem IS NULL")
    if kind.of_patients and lake.manifest.erased:
        erased = [duckdb.ConstantExpression(key) for key in lake.manifest.erased]
        rows = rows.filter(duckdb.ColumnExpression("patient_key").isnotin(*erased))
    for number, offset in since.items():
        rows = rows.filter(f"kafka_partition <> {int(number)} OR kafka_offset >= {int(offset)}")
    hidden = ("problem", "raw")
    rows.select(*(name for name in kind.schema.names if name not in hidden)).create_view(
        f"landed_{kind.name}"
    )


def _whole(rows: duckdb.DuckDBPyRelation, like: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The rows with every column of today; what segments of earlier versions lack is null."""
    lacking = [
        duckdb.ConstantExpression(None).cast(kind).alias(name)
        for name, kind in zip(like.columns, like.types, strict=True)
        if name not in rows.columns
    ]
    return rows.select(duckdb.StarExpression(), *lacking) if lacking else rows


LATEST_STATES: Final = (
    "SELECT * FROM landed_progression WHERE view IS NOT NULL AND (kafka_partition, kafka_offset) IN"
    " (SELECT (kafka_partition, max(kafka_offset)) FROM landed_progression"
    " GROUP BY kafka_partition, patient_key, episode_id)"
)
"""The latest landed state of every episode that was not taken away."""

_FORGET_STATES: Final = (
    "DELETE FROM lake.progression WHERE (kafka_partition, patient_key, episode_id) IN"
    " (SELECT (kafka_partition, patient_key, episode_id) FROM landing.new_progression)"
)
_OTHERS: Final = {
    "receipts": "SELECT * FROM landed_receipts",
    "rejected": "SELECT * FROM landed_rejected",
    "transitions": "SELECT * FROM landed_transitions",
    "progression": LATEST_STATES,
}
"""What is kept of the kinds beside the events."""

_LATEST: Final = "SELECT max(least(occurred_at, received_at)) FROM {events}"
