"""Checks are measured in DuckDB: what comes out are a few rows, whatever the size of the tables."""

from pathlib import Path

import duckdb
import pytest

from warehouse.catalogue import Check, row_check
from warehouse.profiles import WORST, measured, opened, tables_of


def asked(measured_sql: str, **limits: tuple[float, str]) -> Check:
    return Check(
        "c", "plausibility", "warn", "t", "Says.", "SELECT 1", measured=measured_sql, allowed=1, limits=limits
    )


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE t AS SELECT range AS a, range % 2 AS b, 'p' || range AS patient_key FROM range(100)"
    )
    connection.execute("CREATE SCHEMA lake")
    connection.execute("CREATE TABLE lake.touched AS SELECT 'p' || range AS patient_key FROM range(10)")
    return connection


def test_rows_are_counted_in_one_pass_over_a_mart(connection: duckdb.DuckDBPyConnection) -> None:
    checks = [
        row_check("many", "conformance", "refuse", "t", "Says.", "m.a >= 90"),
        row_check("odd", "conformance", "refuse", "t", "Says.", "m.a >= 90", "m.b = 1"),
    ]
    found = {each.check_id: (each.n, each.metric) for each in measured(connection, checks)}
    assert found == {"many": (100, 10), "odd": (50, 5)}


def test_only_rows_of_the_people_asked_for_are_counted(connection: duckdb.DuckDBPyConnection) -> None:
    checks = [row_check("few", "conformance", "refuse", "t", "Says.", "m.a >= 5")]
    only = "m.patient_key IN (SELECT patient_key FROM lake.touched)"
    (found,) = measured(connection, checks, only)
    assert (found.n, found.metric) == (10, 5)


def test_the_worst_places_come_first_and_no_more_than_people_read(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = list(
        measured(connection, [asked("SELECT a AS place, a AS n, a / $by AS metric FROM t", by=(10, "Ten."))])
    )
    assert len(found) == WORST
    assert (found[0].place, found[0].metric, found[0].allowed) == ("99", 9.9, 1)


def test_a_check_that_cannot_be_asked_fails_and_says_why(connection: duckdb.DuckDBPyConnection) -> None:
    broken = [asked("SELECT nothing"), row_check("r", "conformance", "refuse", "t", "Says.", "m.nothing")]
    for each in measured(connection, broken):
        assert each.metric > each.allowed
        assert "nothing" in each.problem


def test_the_tables_of_two_files_are_seen_together_and_the_first_wins(tmp_path: Path) -> None:
    for name, statement in (
        ("candidate", "CREATE TABLE m AS SELECT 1 AS a"),
        (
            "working",
            "CREATE TABLE m AS SELECT 2 AS a; CREATE SCHEMA lake; CREATE TABLE lake.e AS SELECT 3 AS b",
        ),
    ):
        with duckdb.connect(str(tmp_path / f"{name}.duckdb")) as connection:
            connection.execute(statement)
    with opened([tmp_path / "candidate.duckdb", tmp_path / "working.duckdb"], 100) as connection:
        assert tables_of(connection) == {"m": ("a",), "lake.e": ("b",)}
        assert connection.execute("SELECT a, b FROM m, lake.e").fetchall() == [(1, 3)]
        with pytest.raises(duckdb.Error):
            connection.execute("INSERT INTO m VALUES (2)")
