"""dbt runs as a process of its own; what fails in it becomes one readable sentence."""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse.load import name_build
from warehouse.touched import touch_nobody
from warehouse.transform_run import ModelsRefused, TestsRefused, Transform, start_transform, transformed_of
from warehouse.transforming import Answered, Node

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def working(tmp_path: Path) -> Path:
    path = tmp_path / "working.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA lake")
        connection.execute("CREATE TABLE lake.events AS SELECT 'EpisodeOpened' AS event_type FROM range(3)")
        touch_nobody(connection)
        name_build(connection, "7", AS_OF)
    return path


@pytest.fixture
def start(working: Path, tmp_path: Path) -> Iterator[Callable[[Path], Transform]]:
    started = []

    def make(project: Path) -> Transform:
        started.append(start_transform(project, working, tmp_path / "candidate.duckdb", tmp_path / "work"))
        return started[-1]

    yield make
    for each in started:
        each.stop()


@pytest.mark.slow
def test_models_are_built_under_the_name_of_the_release_and_tests_are_counted(
    start: Any, tmp_path: Path, small_project: Callable[..., Path]
) -> None:
    built = start(small_project()).build()
    assert (built.models, built.tests) == (1, 1)
    with duckdb.connect(str(tmp_path / "candidate.duckdb"), read_only=True) as connection:
        row = connection.execute(
            "SELECT count(*), min(release), min(as_of)::TIMESTAMP::VARCHAR FROM fct_episode"
        ).fetchone()
    assert row == (3, "7", "2026-01-01 00:00:00")


@pytest.mark.slow
def test_a_failing_test_and_a_broken_model_are_named_and_told_apart(
    start: Any, small_project: Callable[..., Path]
) -> None:
    with pytest.raises(TestsRefused) as failing:
        start(small_project(test="SELECT * FROM {{ ref('fct_episode') }}")).build()
    assert "test nothing_is_odd found 3 rows" in str(failing.value)
    assert "The current release stays" in str(failing.value)
    with pytest.raises(ModelsRefused, match=r"model fct_episode failed \(.*nothing"):
        start(small_project(model="SELECT nothing FROM lake.events")).build()


@pytest.mark.slow
def test_a_project_that_cannot_be_read_is_a_sentence_with_the_log(
    start: Any, small_project: Callable[..., Path]
) -> None:
    project = small_project()
    (project / "dbt_project.yml").write_text("name: [")
    with pytest.raises(ModelsRefused, match=r"could not be built: .*dbt\.log"):
        start(project).build()


@pytest.mark.slow
def test_a_process_that_is_killed_is_a_sentence_too(start: Any, small_project: Any) -> None:
    transform = start(small_project())
    os.kill(transform.process.pid, signal.SIGKILL)
    with pytest.raises(ModelsRefused, match="could not be built"):
        transform.build()


@pytest.mark.slow
def test_it_is_stopped_when_nobody_asks_it_any_more(start: Any, small_project: Any) -> None:
    transform = start(small_project())
    transform.stop()
    transform.stop()
    assert transform.process.poll() is not None


def test_seconds_are_told_by_part() -> None:
    nodes = (
        Node("model.m.fct_a", "success", 2.0),
        Node("model.m.int_b", "success", 3.0, is_estimator=True),
        Node("test.m.c", "pass", 1.0),
    )
    built = transformed_of(Answered(nodes, start_up_s=4.0, run_s=5.5, test_s=1.25))
    assert (built.models, built.tests) == (2, 1)
    assert (built.models_s, built.estimators_s, built.tests_s) == (2.0, 3.0, 1.0)
    assert (built.start_up_s, built.overhead_s) == (4.0, 0.75)
    assert "2 models in 2.0 s, estimators 3.0 s, 1 tests 1.0 s" in built.told()
