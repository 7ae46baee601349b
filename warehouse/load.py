"""Puts the lake and the reference tables into the database file in which the marts are built."""

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, get_args, get_type_hints

import duckdb
import pyarrow as pa
from scipy.stats import t as t_distribution  # type: ignore[import-untyped]

from contracts.measures.registry import Measure, Threshold, measures, thresholds
from warehouse.columns import INSTANT
from warehouse.lake import Lake
from warehouse.records import EVENTS, KINDS, PROGRESSION, Kind
from warehouse.refused import LakeRefused

DEGREES: Final = 1000
"""Rows of ``reference.t_quantiles``."""

_INTERNAL: Final = ("problem", "raw")
_ARROW: Final = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


def load(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Make the schemas ``lake`` and ``reference``; raises ``LakeRefused`` for a file that cannot be read."""
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("CREATE SCHEMA lake")
    connection.execute("CREATE SCHEMA reference")
    with landed_views(connection, lake):
        for kind in KINDS.values():
            _store(connection, f"lake.{kind.name}", _shown(kind).empty_table())
            connection.execute(_INSERTS[kind.name])
    _store(connection, "reference.measures", table_of_dataclass(Measure, measures()))
    _store(connection, "reference.thresholds", table_of_dataclass(Threshold, thresholds()))
    _store(connection, "reference.t_quantiles", t_quantiles())


@contextlib.contextmanager
def landed_views(connection: duckdb.DuckDBPyConnection, lake: Lake) -> Iterator[None]:
    """Views ``landed_<kind>`` over exactly the manifest's files, without erased people and unread records."""
    connection.execute("CREATE SCHEMA landing")
    try:
        for kind in KINDS.values():
            _view(connection, lake, kind)
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
    row = connection.execute("SELECT max(least(occurred_at, received_at)) FROM lake.events").fetchone()
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


def _view(connection: duckdb.DuckDBPyConnection, lake: Lake, kind: Kind) -> None:
    files = lake.files(kind.name)
    _store(connection, f"landing.{kind.name}", _landed(lake, kind))
    none = kind.schema.append(pa.field("filename", pa.string())).empty_table()
    _store(connection, f"landing.no_{kind.name}", none)
    rows = connection.table(f"landing.no_{kind.name}")
    if files:
        rows = _whole(connection.read_parquet(files, union_by_name=True, filename=True), rows)
    rows = rows.filter("problem IS NULL")
    if kind.of_patients and lake.manifest.erased:
        erased = [duckdb.ConstantExpression(key) for key in lake.manifest.erased]
        rows = rows.filter(duckdb.ColumnExpression("patient_key").isnotin(*erased))
    landed = connection.table(f"landing.{kind.name}")
    rows.set_alias("r").join(landed.set_alias("s"), "filename").create_view(f"landed_{kind.name}")


def _whole(rows: duckdb.DuckDBPyRelation, like: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The rows with every column of today; what segments of earlier versions lack is null."""
    lacking = [
        duckdb.ConstantExpression(None).cast(kind).alias(name)
        for name, kind in zip(like.columns, like.types, strict=True)
        if name not in rows.columns
    ]
    return rows.select(duckdb.StarExpression(), *lacking) if lacking else rows


def _shown(kind: Kind) -> pa.Schema:
    columns = [each for each in kind.schema if each.name not in _INTERNAL]
    if kind is EVENTS:
        columns.append(pa.field("landed_at", INSTANT))
    if kind is PROGRESSION:
        columns = [each for each in columns if not each.name.startswith("kafka_")]
    return pa.schema(columns)


def _landed(lake: Lake, kind: Kind) -> pa.Table:
    segments = lake.manifest.of(kind.name)
    return pa.table(
        {
            "filename": pa.array([str(lake.folder / each.file) for each in segments], pa.string()),
            "landed_at": pa.array([each.landed_at for each in segments], INSTANT),
        }
    )


LATEST_STATES: Final = (
    "SELECT * EXCLUDE (problem, raw, filename, landed_at, kafka_partition, kafka_offset)"
    " FROM landed_progression WHERE view IS NOT NULL AND (kafka_partition, kafka_offset) IN"
    " (SELECT (kafka_partition, max(kafka_offset)) FROM landed_progression"
    " GROUP BY kafka_partition, patient_key, episode_id)"
)
"""The latest landed state of every episode that was not taken away."""

_INSERTS: Final = {
    name: f"INSERT INTO lake.{name} BY NAME {rows}"
    for name, rows in (
        ("events", "SELECT * EXCLUDE (problem, raw, filename) FROM landed_events"),
        ("receipts", "SELECT * EXCLUDE (problem, raw, filename, landed_at) FROM landed_receipts"),
        ("rejected", "SELECT * EXCLUDE (problem, raw, filename, landed_at) FROM landed_rejected"),
        ("transitions", "SELECT * EXCLUDE (problem, raw, filename, landed_at) FROM landed_transitions"),
        ("progression", LATEST_STATES),
    )
}
