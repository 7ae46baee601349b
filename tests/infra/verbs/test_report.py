"""A director reprints a release's report to the byte, and reads what has been restated since."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.settings import Home
from infra.release_artefact import compose
from warehouse.release import Note, publish

Myomap = Callable[..., Any]
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def released(home: Home, figures_of: Any, person: Any) -> Path:
    """Two releases; between them thirty people's values came late."""
    home.marts.mkdir(parents=True)
    zero = AS_OF - timedelta(days=120)
    people = [person(f"p{each}", zero, float(4 + each % 4)) for each in range(60)]
    late = [person(f"q{each}", zero, 12.0) for each in range(30)]
    for number, whom in ((1, people), (2, [*people, *late])):
        candidate = figures_of(whom, AS_OF + timedelta(days=number), str(number))
        publish(
            candidate, home.marts, Note(str(number), "d", {}, 0, {}), report=lambda path: compose(path, 11)
        )
    return home.marts


def test_a_report_comes_back_to_the_byte_after_its_release_has_gone(
    myomap: Myomap, released: Path, tmp_path: Path
) -> None:
    before = myomap("report", "--as-of", "1")
    (released / "1.duckdb").unlink()
    (released / "1.json").unlink()
    after = myomap("report", "--as-of", "1")
    assert (after.code, after.out) == (0, before.out)
    assert after.out.startswith("How are we doing: release 1\n")
    for form in ("text", "json", "html"):
        said = myomap("report", "--as-of", "1", "--format", form)
        myomap("report", "--as-of", "1", "--format", form, "--out", str(tmp_path / form))
        assert (tmp_path / form).read_text() == said.out


def test_what_was_restated_since_is_told_beside_the_report_and_not_in_it(
    myomap: Myomap, released: Path
) -> None:
    said = myomap("report", "--as-of", "1", "--format", "json")
    assert json.loads(said.out)["release"] == "1"
    assert "1 figures compared, 1 restated" in said.err
    assert "late events" in said.err


def test_the_current_release_has_nothing_restated(myomap: Myomap, released: Path) -> None:
    said = myomap("report")
    assert said.out.startswith("How are we doing: release 2\n")
    assert said.err == ""


def test_a_day_a_form_and_a_release_that_are_not_there_are_sentences(myomap: Myomap, released: Path) -> None:
    assert myomap("report", "--format", "pdf").err.startswith("myomap: --format is 'pdf'")
    assert "No report of release 9 is kept" in myomap("report", "--as-of", "9").err
    assert "neither a release's number nor a day" in myomap("report", "--as-of", "May").err
    assert "could not be written" in myomap("report", "--out", "/nowhere/at/all").err
