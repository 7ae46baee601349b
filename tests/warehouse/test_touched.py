"""Whom a build concerns: of whom something is new, who falls due, and every key of these people."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from warehouse.effects.protocol import DAYS_UNTIL_DUE
from warehouse.touched import touch

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("SET TimeZone = 'UTC'; CREATE SCHEMA lake; CREATE SCHEMA landing")
        made.execute("CREATE TABLE lake.patients_merged (patient_key TEXT, other_key TEXT)")
        made.execute("CREATE TABLE landing.news (patient_key TEXT)")
        made.execute("ATTACH ':memory:' AS candidate")
        made.execute("CREATE TABLE candidate.main.fct_episode (patient_key TEXT, time_zero TIMESTAMPTZ)")
        yield made


def touched(connection: duckdb.DuckDBPyConnection, was: datetime, now: datetime) -> set[str]:
    count = touch(connection, ["landing.news"], was, now)
    rows = connection.execute("SELECT patient_key FROM lake.touched").fetchall()
    assert count == len(rows) == len(set(rows))
    return {key for (key,) in rows}


def test_who_has_news_is_touched_with_every_key_that_ever_was_theirs(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("INSERT INTO landing.news VALUES ('b'), ('b'), ('x')")
    connection.execute("INSERT INTO lake.patients_merged VALUES ('a', 'b'), ('c', 'a'), ('y', 'z')")
    assert touched(connection, NOW, NOW) == {"a", "b", "c", "x"}


@pytest.mark.parametrize("days", sorted(set(DAYS_UNTIL_DUE.values())))
def test_whose_follow_up_falls_due_in_between_is_touched(
    connection: duckdb.DuckDBPyConnection, days: int
) -> None:
    due, was = NOW - timedelta(days=days), NOW - timedelta(hours=1)
    for name, at in (
        ("at the end", due),
        ("in between", due - timedelta(minutes=30)),
        ("before", due - timedelta(hours=1)),
        ("not yet", due + timedelta(seconds=1)),
    ):
        connection.execute("INSERT INTO candidate.main.fct_episode VALUES (?, ?)", [name, at])
    assert touched(connection, was, NOW) == {"at the end", "in between"}
    assert touched(connection, NOW, NOW) == set()
