"""Tables and files of the same rows."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import tables

COLUMNS = (
    tables.text("group", "Group"),
    tables.count("n", "People"),
    tables.amount("change", "Change", 1, True),
)


def test_a_hidden_row_says_hidden_and_a_missing_value_a_dash() -> None:
    rows = [
        {"group": "deltoid", "n": None, "change": None, "hidden": True},
        {"group": "deltoid", "n": 12, "change": None},
    ]
    drawn = tables.html_table(rows, COLUMNS, "People & groups")
    assert drawn.count(">hidden<") == 2
    assert drawn.count(">–<") == 1
    assert "People &amp; groups" in drawn


def test_the_file_has_raw_numbers_and_nothing_where_hidden() -> None:
    rows = [{"group": "deltoid", "n": None, "change": -1.25, "hidden": True}]
    assert tables.csv_text(rows, COLUMNS) == "Group,People,Change\ndeltoid,,-1.25\n"


def test_times_dates_and_lists_are_written_for_machines() -> None:
    columns = (tables.moment("at", "At"), tables.plain("on", "On"), tables.many("all", "All"))
    rows = [{"at": datetime(2026, 1, 5, 6, tzinfo=UTC), "on": date(2026, 1, 5), "all": ["a", "b"]}]
    assert tables.csv_text(rows, columns).splitlines()[1] == "2026-01-05T06:00:00+00:00,2026-01-05,a; b"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_acts_as_a_formula(start: str) -> None:
    written = tables.csv_text([{"x": f"{start}1+1"}], (tables.plain("x", "X"),))
    assert list(csv.reader(io.StringIO(written)))[1][0].startswith("'")


@given(st.text(max_size=30))
def test_no_text_breaks_out_of_a_table(words: str) -> None:
    drawn = tables.html_table([{"x": words + "<script>"}], (tables.plain("x", "X"),), "T")
    assert "<script" not in drawn


def test_columns_of_a_figure_are_written_after_their_kind() -> None:
    columns = tables.guess({"a": "A", "b": "B", "c": "C"})
    drawn = tables.html_table([{"a": 1.5, "b": True, "c": "x"}], columns, "T")
    assert ["1.50" in drawn, ">yes<" in drawn, ">x<" in drawn] == [True, True, True]


def test_some_columns_are_in_the_file_only() -> None:
    columns = (tables.plain("a", "A"), tables.in_file_only("b", "B"))
    assert ">B<" not in tables.html_table([{"a": 1, "b": 2}], columns, "T")
    assert tables.csv_text([{"a": 1, "b": 2}], columns) == "A,B\n1,2\n"


def test_a_single_value_can_be_hidden_in_a_row_that_is_shown() -> None:
    drawn = tables.html_table([{"n": None, "change": None, "hides": ("n",)}], COLUMNS[1:], "T")
    assert (drawn.count(">hidden<"), drawn.count(">–<")) == (1, 1)


def test_an_interval_is_one_cell() -> None:
    drawn = tables.html_table([{"interval": (0.1, 0.9)}], (tables.interval_column(),), "T")
    assert "+0.10 to +0.90" in drawn
