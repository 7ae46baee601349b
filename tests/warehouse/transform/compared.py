"""Holds two files of marts against each other: every table, every row, every column."""

from pathlib import Path

import duckdb

DIGITS = 9
"""Sums of floats depend on the order in which they are added up: aggregates are compared to 9 digits of
their value. Facts are compared exactly."""


def differences(one: Path, other: Path) -> dict[str, list[tuple[object, ...]]]:
    """Per table a few rows that only one of the files has; empty where they are equal."""
    found = {}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
        tables = [_tables(connection, name) for name in ("one", "other")]
        assert tables[0] == tables[1] and tables[0]
        for table in tables[0]:
            columns = _columns(connection, table)
            for here, there in (("one", "other"), ("other", "one")):
                rows = connection.execute(
                    f"SELECT '{here}', * FROM (SELECT {columns} FROM {here}.main.{table}"
                    f" EXCEPT ALL SELECT {columns} FROM {there}.main.{table}) LIMIT 3"
                ).fetchall()
                if rows:
                    found.setdefault(table, []).extend(rows)
    return found


def sizes(path: Path) -> dict[str, int]:
    """Rows by table."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {
            name: connection.execute(f"SELECT count(*) FROM main.{name}").fetchall()[0][0] for name in names
        }


def _tables(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[str]:
    rows = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = ? AND table_schema = 'main'"
        " ORDER BY 1",
        [catalog],
    ).fetchall()
    return [row[0] for row in rows]


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    rows = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_catalog = 'one' AND table_name = ? ORDER BY ordinal_position",
        [table],
    ).fetchall()
    exact = table.startswith("fct_")
    return ", ".join(f'"{name}"' if exact or kind != "DOUBLE" else _rounded(name) for name, kind in rows)


def _rounded(name: str) -> str:
    """To as many digits from the first that is not 0."""
    size = f'CAST(ceil(log10(greatest(abs("{name}"), 1e-6))) AS INT)'
    return f'round("{name}", {DIGITS} - {size}) AS "{name}"'
