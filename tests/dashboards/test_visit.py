"""One run of a page sees one release."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from contracts.settings import Home
from dashboards import questions, visit
from dashboards.access import NOBODY, Denied
from dashboards.marts import NoRelease
from dashboards.visit import Visit


def test_a_visit_stays_with_its_release_when_another_is_published(
    synthetic: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MYOMAP_HOME", str(tmp_path))
    home = Home(tmp_path)
    synthetic.build(home.marts, "1")
    begun = visit.begin()
    synthetic.build(home.marts, "2", seed=5)
    assert Path(begun.release.path).name == "1.duckdb"
    assert Path(visit.begin().release.path).name == "2.duckdb"


def test_who_is_nobody_may_ask_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYOMAP_HOME", str(home.root))
    begun = visit.begin()
    assert begun.scope == NOBODY
    with pytest.raises(Denied):
        begun.rows(questions.MONTHS, condition="all")


def test_no_release_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYOMAP_HOME", str(tmp_path))
    with pytest.raises(NoRelease, match="make demo"):
        visit.begin()


def test_the_minimum_cell_is_the_installations(visit: Callable[..., Visit]) -> None:
    assert visit("director").minimum == 11
