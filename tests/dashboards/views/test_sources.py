"""The data engineer's page: every record is accounted for."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from contracts.settings import Home
from dashboards.gate import FILE

Open = Callable[..., Any]


def test_every_source_is_shown_with_its_sums(open_page: Open, truth: Callable[..., Any]) -> None:
    shown = open_page("sources", "data_engineer")
    lines = {line["Source"]: line for line in csv.DictReader(io.StringIO(shown.files["sources"]))}
    rows = truth(
        "SELECT source, sum(received), sum(accepted), sum(duplicate), sum(rejected) "
        "FROM ops_source_day GROUP BY 1"
    )
    assert len(lines) == len(rows) == 4
    for source, *numbers in rows:
        found = [int(lines[source][name]) for name in ("Received", "Accepted", "Duplicate", "Rejected")]
        assert found == numbers
        assert found[0] == sum(found[1:])
        assert f">{numbers[0]}<" in shown.html


def test_rejections_name_reason_place_and_a_sample(open_page: Open) -> None:
    shown = open_page("sources", "data_engineer")
    for words in ("Unit mismatch", "$.force_unit", "r-dynamometer-6"):
        assert words in shown.html
    assert "q-6" in shown.files["rejections"]


def test_one_source_can_be_looked_at(open_page: Open, truth: Callable[..., Any]) -> None:
    shown = open_page(
        "sources", "data_engineer", touch=lambda page: page.selectbox(key="source").set_value("home_app")
    )
    days = list(csv.DictReader(io.StringIO(shown.files["days"])))
    assert {line["Source"] for line in days} == {"home_app"}
    assert len(days) == truth("SELECT count(*) FROM ops_source_day WHERE source = 'home_app'")[0][0]


def test_the_release_and_its_checks_are_shown(open_page: Open) -> None:
    shown = open_page("sources", "data_engineer")
    for words in (
        "20,480 events, 690 patients",
        "2 comparisons of 824 things",
        "2 of 3",
        "! warns",
        "Completeness",
    ):
        assert words in shown.html
    lines = {line["Check"]: line for line in csv.DictReader(io.StringIO(shown.files["checks"]))}
    assert lines["cadence"]["Query of the violating rows"] == "SELECT * FROM lake.events -- cadence"
    assert (lines["cadence"]["Severity"], lines["cadence"]["Status"]) == ("warn", "new")


def test_why_a_candidate_was_refused_is_shown_beside_the_figures_that_stay(
    open_page: Open, home: Home
) -> None:
    check = {
        "check_id": "side_swapped",
        "name": "Sides fit.",
        "category": "plausibility",
        "mart": "lake.events",
    }
    check |= {
        "severity": "refuse",
        "passed": False,
        "observed": "1 places",
        "detail": "harbour",
        "query": "SELECT 2",
    }
    check |= {"status": "new", "since_release": "8"}
    gate = {
        "release": "8",
        "at": "2026-06-30T12:00:00+00:00",
        "refused": "1 of 300 failed.",
        "checks": [check],
    }
    (home.marts / FILE).write_text(json.dumps(gate))
    try:
        shown = open_page("sources", "data_engineer")
    finally:
        (home.marts / FILE).unlink()
    assert "Candidate 8 was refused on 2026-06-30 12:00 UTC" in shown.said
    assert "1 of 300 failed." in shown.said
    assert "side_swapped" in shown.files["refused"]
    assert "20,480 events" in shown.html, "the figures of the release before stay"


def test_nothing_of_a_patient_is_shown(open_page: Open, truth: Callable[..., Any]) -> None:
    shown = open_page("sources", "data_engineer")
    everything = shown.html + shown.said + "".join(shown.files.values())
    for (key,) in truth("SELECT DISTINCT patient_key FROM fct_episode"):
        assert key not in everything


def test_without_a_release_it_says_what_to_do(open_page: Open, tmp_path: Any) -> None:
    assert "myomap refresh" in open_page("sources", "data_engineer", at=tmp_path).said
