from pathlib import Path

from contracts.settings import Home
from infra.benchmarks import parts
from infra.benchmarks.floors import FLOORS


def test_both_are_timed_in_turns() -> None:
    turns: list[str] = []
    parts.best(lambda: turns.append("ours"), lambda: turns.append("other"))
    assert turns == ["ours", "other"] * parts.ROUNDS


def test_the_current_release_is_asked_where_there_is_one(home: Home, release: Path, tmp_path: Path) -> None:
    assert parts.released_or_made(home, tmp_path, 10) == release


def test_every_part_is_held_against_something(home: Home, tmp_path: Path) -> None:
    figures = [
        parts.accepting(60),
        parts.asking(home, tmp_path, 500, 2),
        parts.committing(10, tmp_path),
        *parts.folding(3),
    ]
    names = ["accept", "page question", "commit", "fold, event in order", "fold, event 30 days late"]
    assert [each.name for each in figures] == names
    assert all(each.value and each.ratio and each.against == FLOORS[each.name].against for each in figures)
    assert [each.name for each in tmp_path.iterdir()] == ["figures.duckdb"]
