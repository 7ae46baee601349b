"""The shape of what the bench says; how fast anything is here is not for a test to say."""

import json
from pathlib import Path

import pytest

from contracts.settings import Home
from infra import bench
from infra.bench import Figure, Work, main, measure, released_or_made

TINY = Work(records=100, states=10, rows=500, questions=2)
NAMES = ["accept", "fold", "partition", "commit", "page question"]


def test_every_figure_is_held_against_something(home: Home, tmp_path: Path) -> None:
    figures = list(measure(TINY, home, tmp_path))
    assert [each.name for each in figures] == NAMES
    assert all(each.value > 0 and each.ratio > 0 and 0 < each.floor < 1 for each in figures)
    assert all(each.unit.endswith(("/s", "/CPU s")) and each.against for each in figures)


def test_nothing_is_left_behind_but_the_table_of_figures(home: Home, tmp_path: Path) -> None:
    list(measure(TINY, home, tmp_path))
    assert [each.name for each in tmp_path.iterdir()] == ["figures.duckdb"]


def test_the_current_release_is_asked_where_there_is_one(home: Home, release: Path, tmp_path: Path) -> None:
    assert released_or_made(home, tmp_path, 10) == release


def test_the_figures_are_printed_and_written(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MYOMAP_HOME", str(home.root))
    monkeypatch.setenv("COLUMNS", "200")
    out = tmp_path / "bench.json"
    assert main(["--small", "--out", str(out)]) in (0, 1)
    written = json.loads(out.read_text())
    assert [each["name"] for each in written] == NAMES
    assert [set(each) for each in written] == [{"name", "value", "unit", "against", "ratio", "floor"}] * 5
    said = capsys.readouterr().out
    assert all(name in said for name in NAMES)


@pytest.mark.parametrize(("ratio", "status"), [(0.5, 0), (0.05, 1)])
def test_a_ratio_below_its_floor_ends_with_one_and_its_name(
    ratio: float,
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    figure = Figure("fold", 10, "events/s", "nothing", ratio, 0.1)
    monkeypatch.setattr(bench, "measure", lambda *_given: iter([figure]))
    assert main(["--small", "--out", str(tmp_path / "bench.json")]) == status
    assert ("Below its floor: fold." in capsys.readouterr().err) == bool(status)


def test_both_are_timed_in_turns() -> None:
    turns: list[str] = []
    bench.best(lambda: turns.append("ours"), lambda: turns.append("other"))
    assert turns == ["ours", "other"] * bench.ROUNDS
