"""Measures what the checks ask: a few aggregated rows in place of millions, made by DuckDB."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from contracts.registry import load
from warehouse.catalogue import Check

PREPARED: Final = Path(__file__).with_name("profile.sql")
DEFAULT_MEMORY_MB: Final = 400
WORST: Final = 50
"""So many places of one check are kept, the worst first: enough to show, few enough for any file."""


@dataclass(frozen=True)
class Profile:
    """What was measured for one check at one place; ``problem`` says why it could not be measured."""

    check_id: str
    mart: str
    place: str
    n: float
    metric: float
    allowed: float
    problem: str = ""


@contextlib.contextmanager
def opened(files: Sequence[Path], memory_mb: int = DEFAULT_MEMORY_MB) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of several database files as views of one connection, by schema; the first file wins."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET memory_limit = '{int(memory_mb)}MB'")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET temp_directory = ?", [str(files[0].parent / "quality.spill")])
        for number, path in enumerate(files):
            _attach(connection, path, f"file_{number}")
        yield connection


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, catalog: str) -> None:
    quoted = str(path).replace("'", "''")
    connection.execute(f"ATTACH '{quoted}' AS {catalog} (READ_ONLY)")
    rows = connection.execute(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = ?"
        # Views of what lies between may speak of a file under the name that dbt gives it.
        " AND (table_type = 'BASE TABLE' OR table_schema IN ('lake', 'main'))",
        [catalog],
    ).fetchall()
    for schema, name in rows:
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS memory."{schema}"')
        view = f'memory."{schema}"."{name}"'
        connection.execute(f'CREATE VIEW IF NOT EXISTS {view} AS SELECT * FROM {catalog}."{schema}"."{name}"')


def tables_of(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """Columns by table: marts by their bare name, others as ``schema.name``."""
    rows = connection.execute(
        "SELECT CASE table_schema WHEN 'main' THEN table_name ELSE table_schema || '.' || table_name END,"
        " list(column_name ORDER BY ordinal_position) FROM information_schema.columns"
        " WHERE table_catalog = current_database() GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return {name: tuple(columns) for name, columns in rows}


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the schema ``profile``, which the written checks read, where there is a lake."""
    if not {"lake.events", "lake.receipts"} <= tables_of(connection).keys():
        return
    connection.execute(PREPARED.read_text(encoding="utf-8"))
    registry = load()
    declared = [(name, registry.contract(name).cadence_hours) for name in registry.sources()]
    table = pa.table(
        {
            "source": pa.array([name for name, _ in declared], pa.string()),
            "cadence_hours": pa.array([hours for _, hours in declared], pa.float64()),
        }
    )
    connection.from_arrow(table).create("profile.declared")


def measured(
    connection: duckdb.DuckDBPyConnection, checks: Iterable[Check], only: str = ""
) -> Iterator[Profile]:
    """What each check measures; ``only`` is SQL that picks the rows of people who are new since a release."""
    passes: dict[tuple[str, str], list[Check]] = {}
    for check in checks:
        if check.counted:
            passes.setdefault((check.mart, check.among), []).append(check)
        else:
            yield from _asked(connection, check)
    columns = tables_of(connection) if only and passes else {}
    for (mart, among), counting in passes.items():
        picked = only if "patient_key" in columns.get(mart, ()) else ""
        yield from _counted(connection, mart, counting, " AND ".join(filter(None, (among, picked))))


def _asked(connection: duckdb.DuckDBPyConnection, check: Check) -> Iterator[Profile]:
    sql = f"SELECT place, n, metric FROM (\n{check.measured}\n) WHERE metric IS NOT NULL ORDER BY metric DESC"
    try:
        rows = connection.execute(f"{sql} LIMIT {WORST}", check.parameters or None).fetchall()
    except duckdb.Error as problem:
        yield _failed(check, problem)
        return
    for place, n, metric in rows or [("nothing to measure", 0, 0.0)]:
        yield Profile(
            check.check_id, check.mart, str(place), float(n or 0), float(metric), float(check.allowed)
        )


def _counted(
    connection: duckdb.DuckDBPyConnection, mart: str, checks: Sequence[Check], among: str
) -> Iterator[Profile]:
    """All row checks of these rows of a mart in one pass over it."""
    counts = ", ".join(f"count(*) FILTER (WHERE {each.counted})" for each in checks)
    where = f" WHERE {among}" if among else ""
    try:
        row = connection.execute(f"SELECT count(*), {counts} FROM {mart} AS m{where}").fetchone() or ()
    except duckdb.Error as problem:
        yield from (_failed(check, problem) for check in checks)
        return
    for check, found in zip(checks, row[1:], strict=True):
        yield Profile(check.check_id, mart, mart, float(row[0]), float(found), float(check.allowed))


def _failed(check: Check, problem: Exception) -> Profile:
    told = " ".join(str(problem).split())[:300]
    return Profile(check.check_id, check.mart, "", 0, check.allowed + 1, check.allowed, told)
