"""The process of dbt answers each line, and ends with whoever asks it."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import msgspec
import pytest

from warehouse.load import name_build
from warehouse.touched import touch_nobody
from warehouse.transform_run import start_transform
from warehouse.transforming import Answered, Asked


@pytest.mark.slow
def test_several_builds_are_answered_by_one_process_that_lets_go_of_the_files(
    tmp_path: Path, small_project: Callable[..., Path]
) -> None:
    working, candidate = tmp_path / "working.duckdb", tmp_path / "candidate.duckdb"
    transform = start_transform(small_project(), working, candidate, tmp_path / "work")
    for number in ("1", "2"):
        with duckdb.connect(str(working)) as connection:
            connection.execute("CREATE SCHEMA IF NOT EXISTS lake")
            connection.execute("CREATE OR REPLACE TABLE lake.events AS SELECT 'EpisodeOpened' AS event_type")
            touch_nobody(connection)
            name_build(connection, number, datetime(2026, 1, 1, tzinfo=UTC))
        assert transform.build().models == 1
        with duckdb.connect(str(candidate)) as connection:
            assert connection.execute("SELECT release FROM fct_episode").fetchall() == [(number,)]
    transform.stop()


@pytest.mark.slow
def test_it_ends_when_the_asking_process_is_gone(tmp_path: Path, small_project: Callable[..., Path]) -> None:
    command = [sys.executable, "-m", "warehouse.transforming", str(small_project()), str(tmp_path / "work")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_what_is_asked_and_answered_goes_over_a_line() -> None:
    asked = Asked(full=True, test_all=False)
    assert msgspec.json.decode(msgspec.json.encode(asked), type=Asked) == asked
    answered = Answered((), 1.0, 2.0, 3.0)
    assert b"\n" not in msgspec.json.encode(answered)
