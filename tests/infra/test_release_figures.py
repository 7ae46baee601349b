"""A release's figures are those of the director's pages, as far as the pages show them."""

import importlib.util
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.settings import Home
from dashboards import completeness, guarded, marts, questions
from dashboards.access import Scope
from infra.release_figures import COUNTS, counts_of, head_of, settled_figures, shown_figures

SYNTHETIC = Path(__file__).parents[1] / "dashboards" / "synthetic.py"
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose marts hold the pages' made-up release."""
    spec = importlib.util.spec_from_file_location("synthetic_release", SYNTHETIC)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    home = Home(tmp_path_factory.mktemp("figures"))
    # A file of its own: the pages keep theirs open in this process.
    shutil.copyfile(module.build(home.marts), home.root / "candidate.duckdb")
    return home


@pytest.mark.parametrize("horizon", ["week_6", "week_12", "latest"])
def test_the_report_shows_what_the_page_shows(made_up: Home, horizon: str) -> None:
    release, scope = marts.current(made_up), Scope("director", None, None)
    completed = marts.rows(release, scope, questions.COMPLETED, horizon=horizon)
    domains = guarded.domains(marts.rows(release, scope, questions.DOMAINS, horizon=horizon), 11)
    domains = completeness.of_domains(domains, completed, 11)
    outcomes = guarded.outcomes(marts.rows(release, scope, questions.OUTCOMES, horizon=horizon), 11, domains)
    shown = shown_figures(made_up.root / "candidate.duckdb", 11)
    assert _told(shown["domains"][horizon], "standardised_change") == _told(domains, "standardised_change")
    assert _told(shown["outcomes"][horizon], "mean_change") == _told(outcomes, "mean_change")
    assert domains


def _told(rows: list[dict[str, Any]], value: str) -> list[tuple[Any, ...]]:
    names = ("condition", "muscle_group", "n_measured", "n_improved", "completeness", "share_improved")
    told = [
        (
            *(row[name] for name in names),
            row.get("measure"),
            None if row[value] is None else round(round(row[value], 4), 3),
        )
        for row in rows
    ]
    return sorted(told, key=str)


def test_months_are_those_of_the_page(made_up: Home) -> None:
    release, scope = marts.current(made_up), Scope("director", None, None)
    months = guarded.months(marts.rows(release, scope, questions.MONTHS, condition="all"), 11)
    shown = shown_figures(made_up.root / "candidate.duckdb", 11)["months"]["all"]
    assert [(row["clinic"], row["month"], row["n_measured"]) for row in shown] == [
        (row["clinic"], row["month"], row["n_measured"]) for row in months
    ]


def test_no_figure_is_of_fewer_people_than_may_be_shown(made_up: Home) -> None:
    path = made_up.root / "candidate.duckdb"
    rows = [row for each in shown_figures(path, 30)["outcomes"].values() for row in each]
    rows += [
        row for each in settled_figures(path, datetime(2030, 1, 1, tzinfo=UTC), 30).values() for row in each
    ]
    assert all(
        row[name] is None or not 0 < row[name] < 30 for row in rows for name in ("n_measured", "n_started")
    )
    assert any(row["hidden"] for row in rows)


def test_the_head_tells_what_made_the_release(made_up: Home) -> None:
    head = head_of(made_up.root / "candidate.duckdb")
    assert head["release"] == "7"
    assert {
        "as_of",
        "built_at",
        "registry_version",
        "rules_version",
        "model_versions",
        "offsets",
    } <= head.keys()


def test_settled_is_who_was_due_then(figures_of: Any, person: Any) -> None:
    due = [person(f"d{each}", AS_OF - timedelta(days=98), 6.0) for each in range(30)]
    open_ = [person(f"o{each}", AS_OF - timedelta(days=97), 1.0) for each in range(20)]
    (row,) = settled_figures(figures_of([*due, *open_], AS_OF), AS_OF, 11)["week_12"]
    assert (row["n_started"], row["mean_change"]) == (30, 6.0)


def test_a_count_of_nobody_judged_is_not_a_hidden_one() -> None:
    row = dict.fromkeys(COUNTS, 20) | {"n_classified": None, "n_improved": None, "hidden": False, "hides": ()}
    assert counts_of(row)["n_classified"] == 0
    assert counts_of(row | {"hides": ("n_improved",)})["n_improved"] is None
