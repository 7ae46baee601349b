"""The director's page shows the numbers of the release, and hides small groups."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

Open = Callable[..., Any]
PAGE = "how_are_we_doing"


def test_the_headline_shows_the_releases_numbers(open_page: Open, truth: Callable[..., Any]) -> None:
    shown = open_page(PAGE, "director")
    rows = truth(
        "SELECT standardised_change, ci_low, ci_high, n_measured, n_people FROM agg_domain "
        "WHERE horizon = 'week_12' "
        "AND condition = 'all' AND program = 'all' AND muscle_group = 'all' "
        "AND domain IN ('strength', 'balance', 'function')"
    )
    assert len(rows) == 3
    for change, low, high, measured, people in rows:
        assert f"{change:+.2f}" in shown.html
        assert f"{low:+.2f} to {high:+.2f}" in shown.html
        assert f"{measured} of {people} people measured" in shown.html


def test_release_and_as_of_are_in_the_header(open_page: Open) -> None:
    assert "Release 7 · as of 30 Jun 2026, 06:00 UTC" in open_page(PAGE, "director").html


def test_outcomes_show_n_interval_and_completeness(open_page: Open, truth: Callable[..., Any]) -> None:
    shown = open_page(PAGE, "director")
    ((n, started, change, low, high),) = truth(
        "SELECT n_measured, n_started, mean_change, ci_low, ci_high FROM agg_outcomes "
        "WHERE horizon = 'week_12' "
        "AND program = 'all' AND measure = 'rmdq' AND muscle_group = 'lumbar_extensors'"
    )
    row = next(
        each
        for each in shown.html.split("<tr>")
        if each.startswith("<td>Low back pain") and "Roland-Morris" in each and "Lumbar extensors" in each
    )
    for words in (f">{n}<", f">{started}<", f"{n / started:.0%}"[:-1] + " %", f"{change:+.2f}"):
        assert words in row
    assert f"{low:+.2f} to {high:+.2f}" in row


def test_small_cells_are_hidden_on_the_page_and_in_the_file(open_page: Open) -> None:
    shown = open_page(PAGE, "director")
    row = next(
        each for each in shown.html.split("<tr>") if "Repetitive strain injury" in each and "Grip" in each
    )
    assert row.count(">hidden<") >= 5
    lines = list(csv.DictReader(io.StringIO(shown.files["outcomes"])))
    thin = [line for line in lines if line["Condition"] == "repetitive_strain_injury"]
    assert thin
    for line in thin:
        assert [
            line[name] for name in ("Measured", "Started", "Mean change", "95 % interval", "Improved")
        ] == [""] * 5


def test_no_file_holds_a_count_below_the_minimum(open_page: Open) -> None:
    for clinic in ("all", "harbour"):
        shown = open_page(PAGE, "director", clinic)
        assert {"outcomes", "body"} <= shown.files.keys()
        for text in shown.files.values():
            for line in csv.DictReader(io.StringIO(text)):
                for name in {
                    "Measured",
                    "Started",
                    "People",
                    "People judged",
                    "People improved",
                } & line.keys():
                    assert line[name] in ("", "0") or int(line[name]) >= 11


def test_a_larger_minimum_hides_more(open_page: Open) -> None:
    usual = open_page(PAGE, "director").html.count(">hidden<")
    assert open_page(PAGE, "director", minimum_cell="60").html.count(">hidden<") > usual


def test_a_director_of_one_clinic_sees_that_clinic(open_page: Open, truth: Callable[..., Any]) -> None:
    shown = open_page(PAGE, "director", "harbour")
    ((people,),) = truth(
        "SELECT count(DISTINCT patient_key) FROM fct_change WHERE clinic = 'harbour' AND domain = 'function' "
        "AND horizon = 'week_12' AND due AND is_clinical"
    )
    assert f"of {people} people measured" in shown.html
    assert "Riverside" not in shown.html


def test_healthy_trainees_are_apart(open_page: Open) -> None:
    shown = open_page(PAGE, "director", touch=lambda page: page.selectbox(key="condition").set_value("none"))
    assert "kept apart" in shown.said
    assert "Healthy trainees" in shown.html
    assert "Carpal tunnel" not in shown.html


def test_without_a_release_it_says_what_to_do(open_page: Open, tmp_path: Path) -> None:
    shown = open_page(PAGE, "director", at=tmp_path)
    assert "myomap refresh" in shown.said
    assert "make demo" in shown.said


def test_each_figure_says_what_the_missing_people_could_change(
    open_page: Open, truth: Callable[..., Any]
) -> None:
    shown = open_page(PAGE, "director")
    rows = truth(
        "SELECT weighted_change, weighted_low, weighted_high, worst_change, best_change "
        "FROM agg_completeness WHERE clinic = 'all' AND measure = 'all' AND horizon = 'week_12' "
        "AND condition = 'all' "
        "AND muscle_group = 'all' AND domain IN ('strength', 'balance', 'function')"
    )
    assert len(rows) == 3
    for weighted, low, high, worst, best in rows:
        told = f"{weighted:+.2f} ({low:+.2f} to {high:+.2f})<br>"
        told += f"Whatever became of them: {worst:+.2f} to {best:+.2f}"
        assert told.replace("-", "−") in shown.html


def test_a_clinic_s_director_sees_its_own_weighted_figures(
    open_page: Open, truth: Callable[..., Any]
) -> None:
    shown = open_page(PAGE, "director", "harbour")
    ((weighted,),) = truth(
        "SELECT weighted_change FROM agg_completeness WHERE clinic = 'harbour' AND measure = 'all' "
        "AND horizon = 'week_12' AND condition = 'all' AND muscle_group = 'all' AND domain = 'function'"
    )
    assert f"people who started alike: {weighted:+.2f}" in shown.html


def test_small_cells_hide_their_weighted_figures_and_bounds(open_page: Open) -> None:
    shown = open_page(PAGE, "director")
    lines = list(csv.DictReader(io.StringIO(shown.files["outcomes"])))
    thin = [line for line in lines if not line["Measured"]]
    assert thin
    names = ("Corrected", "Worst to best", "Corrected, 95 % from", "Effective people", "Improved, worst case")
    for line in thin:
        assert [line[name] for name in names] == [""] * 5
