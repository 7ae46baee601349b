"""The report says of which release it is, hides what is hidden, and needs nothing but itself."""

import re
from typing import Any

import pytest

from dashboards.words import HORIZONS
from infra.release_page import page, text

HEAD = {
    "release": "7",
    "as_of": "2026-06-01T06:00:00+00:00",
    "built_at": "2026-06-01T06:10:00+00:00",
    "events": 111_000,
    "patients": 2_100,
    "registry_version": 3,
    "rules_version": "rules",
    "model_versions": ["case_mix.1"],
    "minimum_cell": 11,
}
DOMAIN: dict[str, Any] = {
    "condition": "all",
    "muscle_group": "all",
    "domain": "strength",
    "n_measured": 120,
    "n_people": 130,
    "standardised_change": 0.61,
    "ci_low": 0.5,
    "ci_high": 0.72,
    "completeness": 0.92,
    "share_improved": 0.4,
    "hidden": False,
    "hides": (),
}
OUTCOME = DOMAIN | {
    "condition": "post_surgical",
    "muscle_group": "quadriceps",
    "measure": "knee_extension",
    "method": "dynamometer",
    "label": "Knee <extension>",
    "unit": "N",
    "mean_change": 12.0,
    "n_started": 130,
}


@pytest.fixture
def figures() -> dict[str, dict[str, list[dict[str, Any]]]]:
    none = {horizon: [] for horizon in HORIZONS}
    return {
        "domains": none | {"week_12": [DOMAIN]},
        "outcomes": none | {"week_12": [OUTCOME]},
        "months": {"all": []},
    }


def test_the_report_says_of_when_it_is_and_by_what_it_was_made(figures: Any) -> None:
    said = text(HEAD, figures)
    assert "release 7" in said
    assert "As of 2026-06-01 06:00 UTC" in said
    assert "registry 3" in said
    assert "case_mix.1" in said
    assert "fewer than 11" in said
    assert "+0.61" in said
    assert "+0.50 to +0.72" in said


def test_what_is_hidden_says_so_and_shows_no_number(figures: Any) -> None:
    silent = dict.fromkeys(("n_measured", "standardised_change", "ci_low", "ci_high", "completeness"))
    figures["domains"]["week_12"] = [DOMAIN | silent | {"share_improved": None, "hidden": True}]
    line = next(line for line in text(HEAD, figures).splitlines() if "Strength" in line)
    assert line.count("hidden") == 4
    assert not re.search(r"\d", line)
    assert "hidden, or nobody measured" in page(HEAD, figures)


def test_the_page_needs_nothing_else_and_cannot_be_written_into_by_a_label(figures: Any) -> None:
    said = page(HEAD, figures)
    assert "<svg" in said
    assert "@media print" in said
    assert "Knee &lt;extension&gt;" in said
    assert not re.search(r"(src|href)=|url\(|<script", said)


def test_a_table_without_rows_says_so(figures: Any) -> None:
    assert "nothing yet" in text(HEAD, figures)
    assert "Nothing yet" in page(HEAD, figures)
