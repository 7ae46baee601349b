"""dbt runs as a process of its own; what fails in it becomes one readable sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse.refused import ReleaseRefused
from warehouse.transform_run import start_transform

VARIABLES = {"release": "7", "as_of": "2026-01-01T00:00:00+00:00"}
pytestmark = pytest.mark.slow


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "working.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA lake")
        connection.execute("CREATE TABLE lake.events AS SELECT 'EpisodeOpened' AS event_type FROM range(3)")
    return path


def test_models_are_built_with_the_variables_and_tests_are_counted(
    database: Path, tmp_path: Path, small_project: Callable[..., Path]
) -> None:
    built = start_transform(small_project(), database, tmp_path / "work", VARIABLES).wait()
    assert (built.models, built.tests) == (1, 1)
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute(
            "SELECT count(*), min(release), min(as_of)::VARCHAR FROM fct_episode"
        ).fetchone()
    assert row == (3, "7", "2026-01-01 00:00:00+00")


def test_a_failing_test_and_a_broken_model_are_named(
    database: Path, tmp_path: Path, small_project: Callable[..., Path]
) -> None:
    strict = small_project(test="SELECT * FROM {{ ref('fct_episode') }}")
    with pytest.raises(ReleaseRefused) as failing:
        start_transform(strict, database, tmp_path / "work", VARIABLES).wait()
    assert "test nothing_is_odd found 3 rows" in str(failing.value)
    assert "The current release stays" in str(failing.value)
    broken = small_project(model="SELECT nothing FROM lake.events")
    with pytest.raises(ReleaseRefused, match=r"model fct_episode failed \(.*nothing"):
        start_transform(broken, database, tmp_path / "work", VARIABLES).wait()


def test_a_project_that_cannot_be_read_is_a_sentence_with_the_log(
    database: Path, tmp_path: Path, small_project: Callable[..., Path]
) -> None:
    project = small_project()
    (project / "dbt_project.yml").write_text("name: [")
    with pytest.raises(ReleaseRefused, match=r"could not be built: .*dbt\.log"):
        start_transform(project, database, tmp_path / "work", VARIABLES).wait()


def test_it_is_stopped_when_nobody_waits_for_it(database: Path, tmp_path: Path, small_project: Any) -> None:
    transform = start_transform(small_project(), database, tmp_path / "work", VARIABLES)
    transform.stop()
    transform.stop()
    assert transform.process.poll() is not None
