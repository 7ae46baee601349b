from pathlib import Path

import pytest

from infra.benchmarks import plain_query
from infra.benchmarks.big_lake import big_lake
from infra.benchmarks.meter import moments
from infra.benchmarks.plain_query import QUERY, answer, statements
from warehouse.lake import Lake
from warehouse.manifest import read_manifest


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("plain")
    big_lake(root / "lake", 5_000, root, small=True)
    return root / "lake"


def test_comments_are_no_statements() -> None:
    assert statements("-- what; it is\nSELECT 1;\n\nSELECT 2;\n") == ["SELECT 1", "SELECT 2"]
    assert len(statements(QUERY.read_text())) == 6


def test_it_answers_with_changes_by_condition_and_program(lake: Path, tmp_path: Path) -> None:
    files = Lake(lake, read_manifest(lake)).files("events")
    found = answer(files, tmp_path / "one.duckdb", 500)
    twice = answer([*files, *files], tmp_path / "two.duckdb", 500)
    assert found == twice  # an event that is there twice counts once
    assert len(found) > 5
    assert all(people > 0 for _, _, _, people, *_ in found)


def test_it_tells_both_moments(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain_query.main([str(lake), "500"])
    assert moments(capsys.readouterr().out.splitlines()).keys() == {"began", "ended"}
