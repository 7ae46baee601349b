"""What an operator at night does: look, go back, and let it go on in the morning."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contracts.settings import Home
from warehouse.release import Note, current, publish

Myomap = Callable[..., Any]


def noted(number: int) -> Note:
    return Note(
        str(number), "digest", {}, 0, {"events": 5, "patients": 2, "as_of": "2026-06-01T00:00:00+00:00"}
    )


@pytest.fixture
def marts(home: Home, release: Path) -> Path:
    release.with_suffix(".json").write_bytes(msgspec.json.encode(noted(7)))
    candidate = home.root / "candidate.duckdb"
    candidate.write_bytes(release.read_bytes())
    publish(candidate, home.marts, noted(8))
    return home.marts


def test_a_rollback_holds_until_it_is_resumed_whatever_is_published(
    myomap: Myomap, home: Home, marts: Path
) -> None:
    said = myomap("release", "rollback", "7")
    assert (said.code, "myomap release resume" in said.out) == (0, True)
    publish(home.root / "candidate.duckdb", marts, noted(9))
    assert current(marts) == marts / "7.duckdb"
    assert "Release 7 is held in force" in myomap("release", "list").out
    assert "Release 7 is held in force" in myomap("status").out
    assert json.loads(myomap("status", "--json").out)["held"].startswith("Release 7")
    assert "Release 9 is in force" in myomap("release", "resume").out
    assert current(marts) == marts / "9.duckdb"
    assert "held" not in myomap("status").out


def test_releases_are_listed_for_programs_and_for_people(myomap: Myomap, marts: Path) -> None:
    myomap("release", "pin", "7")
    told = json.loads(myomap("release", "list", "--json").out)
    assert [each["release"] for each in told["releases"]] == ["8", "7"]
    assert "current" in told["releases"][0]["kept_because"]
    assert "pinned" in told["releases"][1]["kept_because"]
    shown = myomap("release", "list").out
    assert "kept because" in shown
    assert myomap("release", "unpin", "7").code == 0
    assert "pinned" not in myomap("release", "list").out


@pytest.mark.parametrize("verb", ["pin", "unpin", "rollback"])
def test_a_release_that_is_not_there_is_a_sentence(myomap: Myomap, marts: Path, verb: str) -> None:
    said = myomap("release", verb, "99")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("myomap: Release 99 is not ")
