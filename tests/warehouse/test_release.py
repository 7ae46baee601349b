"""A release is there as a whole or not at all, and readers of an old one keep it."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse.refused import LakeRefused, WarehouseRefused
from warehouse.release import Note, current, next_number, note_of, prune, publish


def note(number: int) -> Note:
    return Note(str(number), "digest", {"events": {"0": number}}, 0, {"release": str(number)})


@pytest.fixture
def working(tmp_path: Path) -> Path:
    path = tmp_path / "building" / "working.duckdb"
    path.parent.mkdir()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA lake; CREATE TABLE lake.events AS SELECT 'secret' AS patient_key")
        connection.execute("CREATE SCHEMA staging; CREATE VIEW staging.stg AS SELECT * FROM lake.events")
        connection.execute(
            "CREATE TABLE fct_episode AS SELECT ['b', 'a', 'c'][1 + range % 3] AS clinic, range AS n,"
            " TIMESTAMPTZ '2026-01-01 00:00:00+00' AS as_of FROM range(9)"
        )
        connection.execute("CREATE VIEW dim_measure AS SELECT 'grip' AS measure")
    return path


@pytest.fixture
def marts(tmp_path: Path) -> Path:
    (tmp_path / "marts").mkdir()
    return tmp_path / "marts"


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(statement).fetchall()


def test_only_the_marts_travel_as_sorted_tables(working: Path, marts: Path) -> None:
    released = publish(working, marts, note(1))
    assert rows(
        released, "SELECT table_schema, table_name, table_type FROM information_schema.tables ORDER BY 2"
    ) == [
        ("main", "dim_measure", "BASE TABLE"),
        ("main", "fct_episode", "BASE TABLE"),
    ]
    assert [row[0] for row in rows(released, "SELECT clinic FROM fct_episode")] == sorted("abc" * 3)
    assert b"secret" not in released.read_bytes()


def test_the_pointer_names_the_file_and_the_note_tells_of_it(working: Path, marts: Path) -> None:
    assert current(marts) is None
    assert next_number(marts) == 1
    released = publish(working, marts, note(1))
    assert (marts / "current").read_text() == "1.duckdb\n"
    assert current(marts) == released
    assert note_of(released) == note(1)
    assert next_number(marts) == 2


def test_a_reader_that_has_the_old_file_open_keeps_it(working: Path, marts: Path) -> None:
    old = publish(working, marts, note(1))
    with duckdb.connect(str(old), read_only=True) as reader:
        with duckdb.connect(str(working)) as connection:
            connection.execute("DELETE FROM fct_episode")
        newer = publish(working, marts, note(2), keep=1)
        assert not old.exists()
        assert reader.execute("SELECT count(*) FROM fct_episode").fetchone() == (9,)
    assert rows(newer, "SELECT count(*) FROM fct_episode") == [(0,)]


def test_the_newest_releases_are_kept_and_never_the_current_one_removed(working: Path, marts: Path) -> None:
    for number in range(1, 8):
        publish(working, marts, note(number))
    assert sorted(path.name for path in marts.glob("*.duckdb")) == [
        f"{number}.duckdb" for number in range(3, 8)
    ]
    (marts / "current").write_text("3.duckdb\n")
    prune(marts, keep=1)
    assert [path.name for path in marts.glob("*.duckdb")] == ["3.duckdb"]


def test_a_file_that_was_never_released_goes_with_the_next_release(working: Path, marts: Path) -> None:
    publish(working, marts, note(1))
    (marts / "9.duckdb").write_bytes(b"made, but the pointer never swung")
    (marts / "8.duckdb.unfinished").write_bytes(b"torn")
    publish(working, marts, note(10))
    assert sorted(path.name for path in marts.glob("*.duckdb*")) == ["1.duckdb", "10.duckdb"]


@pytest.mark.parametrize("step", range(8))
def test_whichever_step_fails_the_pointer_names_a_whole_release(
    working: Path, marts: Path, failing_disk: Any, step: int
) -> None:
    publish(working, marts, note(1))
    with pytest.raises(LakeRefused, match="could not be written"):
        publish(working, marts, note(2), failing_disk(step))
    standing = current(marts)
    assert standing is not None
    assert rows(standing, "SELECT count(*) FROM fct_episode") == [(9,)]


def test_a_pointer_to_nothing_is_no_release(marts: Path) -> None:
    (marts / "current").write_text("4.duckdb\n")
    assert current(marts) is None


def test_a_working_file_that_is_damaged_is_a_refusal(working: Path, marts: Path) -> None:
    working.write_bytes(b"torn" * 5000)
    with pytest.raises(WarehouseRefused, match="current release stays"):
        publish(working, marts, note(1))
    assert current(marts) is None
