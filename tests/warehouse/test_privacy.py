"""Small groups stay hidden: a reader with all margins cannot compute a single hidden cell."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.privacy import (
    count_words,
    is_small,
    rounded_share,
    suppress,
    suppress_parts,
    tells_apart,
    withheld_changes,
)

Table = list[dict[str, Any]]


def two_way(counts: list[list[int]], margins: bool = True) -> Table:
    rows = [
        {"program": f"p{i}", "level": f"l{j}", "n": count, "mean": 1.0}
        for i, line in enumerate(counts)
        for j, count in enumerate(line)
    ]
    if not margins:
        return rows
    array = np.array(counts)
    rows += [
        {"program": f"p{i}", "level": "all", "n": int(n), "mean": 1.0} for i, n in enumerate(array.sum(1))
    ]
    rows += [
        {"program": "all", "level": f"l{j}", "n": int(n), "mean": 1.0} for j, n in enumerate(array.sum(0))
    ]
    return [*rows, {"program": "all", "level": "all", "n": int(array.sum()), "mean": 1.0}]


def shown(rows: Table) -> dict[tuple[str, str], int | None]:
    return {(row["program"], row["level"]): row["n"] for row in rows}


def possible_values(
    published: dict[tuple[str, str], int | None], shape: tuple[int, int]
) -> dict[Any, set[int]]:
    """By brute force: every value that each cell has in any table that agrees with what is published."""
    leaves = list(product(range(shape[0]), range(shape[1])))
    known = [published[f"p{i}", f"l{j}"] for i, j in leaves]
    axes = [np.arange(1, 9, dtype=np.int16) if n is None else np.array([n], dtype=np.int16) for n in known]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, *shape)
    cells = {(f"p{i}", f"l{j}"): grid[:, i, j] for i, j in leaves}
    cells |= {(f"p{i}", "all"): grid[:, i, :].sum(1) for i in range(shape[0])}
    cells |= {("all", f"l{j}"): grid[:, :, j].sum(1) for j in range(shape[1])}
    cells["all", "all"] = grid.sum((1, 2))
    agrees = np.ones(len(grid), dtype=bool)
    for key, count in published.items():
        if count is not None:
            agrees &= cells[key] == count
    return {key: set(values[agrees].tolist()) for key, values in cells.items()}


@settings(max_examples=120, deadline=None)
@given(st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=2, max_size=2))
def test_no_hidden_cell_follows_from_what_is_published(counts: list[list[int]]) -> None:
    result = suppress(two_way(counts), ("program", "level"), "n", ("mean",), minimum=3)
    published = shown(result)
    assert all(n is None or not 0 < n < 3 for n in published.values())
    zero_hidden = any(
        n is None and original["n"] == 0
        for n, original in zip(published.values(), two_way(counts), strict=True)
    )
    if not zero_hidden:
        possible = possible_values(published, (2, 3))
        assert all(len(possible[key]) > 1 for key, n in published.items() if n is None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=2, max_size=5))
def test_a_known_total_gives_no_hidden_cell_away(counts: list[int]) -> None:
    rows = [{"program": f"p{i}", "n": count} for i, count in enumerate(counts)]
    result = suppress(rows, ("program",), "n", known_totals=("program",))
    gone = [before["n"] for before, after in zip(rows, result, strict=True) if after["n"] is None]
    assert not any(after["n"] is not None and 0 < after["n"] < 11 for after in result)
    if gone and sum(counts) >= 11:
        assert len(gone) > 1
        assert sum(gone) > len(gone)


def test_a_table_without_small_cells_is_untouched() -> None:
    table = two_way([[20, 0], [30, 11]])
    result = suppress(table, ("program", "level"), "n", ("mean",))
    assert [{**row, "hidden": False} for row in table] == result


def test_a_hidden_cell_loses_every_figure_that_tells_it() -> None:
    result = suppress(two_way([[5, 40]], margins=False), ("program", "level"), "n", ("mean",))
    assert result[0] == {"program": "p0", "level": "l0", "n": None, "mean": None, "hidden": True}
    assert result[1]["n"] == 40


def test_with_its_total_published_the_smallest_neighbour_goes_too() -> None:
    published = shown(suppress(two_way([[5, 40, 60], [50, 70, 80]]), ("program", "level"), "n"))
    assert {key for key, n in published.items() if n is None} == {
        ("p0", "l0"),
        ("p0", "l1"),
        ("p1", "l0"),
        ("p1", "l1"),
    }


def test_cells_that_must_all_be_one_are_not_left_alone() -> None:
    table = [{"program": f"p{i}", "n": n} for i, n in enumerate((1, 1, 30))]
    table.append({"program": "all", "n": 32})
    result = suppress(table, ("program",), "n")
    assert [row["n"] for row in result] == [None, None, None, 32]


def test_parts_of_a_whole_are_hidden_with_what_tells_them() -> None:
    rows = [{"cell": "x", "n": 60, "better": 56, "same": 4, "share_better": 0.93}]
    result = suppress_parts(rows, ("cell",), "n", ("better", "same"), {"better": ("share_better",)})
    assert result == [
        {"cell": "x", "n": 60, "better": None, "same": None, "share_better": None, "hidden": False}
    ]


def test_a_small_whole_hides_all_its_parts() -> None:
    rows = [{"cell": "x", "n": 9, "better": 9, "same": 0}]
    result = suppress_parts(rows, ("cell",), "n", ("better", "same"))
    assert result == [{"cell": "x", "n": None, "better": None, "same": None, "hidden": True}]


def test_zero_is_shown_and_small_is_not() -> None:
    assert [is_small(n) for n in (0, 1, 10, 11)] == [False, True, True, False]
    assert [count_words(n) for n in (0, 3, 11)] == ["0", "fewer than 11", "11"]


@pytest.mark.parametrize(("part", "whole"), [(None, 50), (5, 50), (5, 9), (20, None)])
def test_a_share_of_small_numbers_is_not_told(part: int | None, whole: int | None) -> None:
    assert rounded_share(part, whole) is None


def test_a_share_is_rounded_to_the_whole_per_cent() -> None:
    assert rounded_share(20, 60) == 0.33


def counted(n: int) -> dict[str, int | None]:
    return {"n_measured": n}


def by_domain(key: tuple[Any, ...]) -> tuple[Any, ...]:
    return key[:1]


def test_two_figures_side_by_side_tell_of_the_few_people_between_them() -> None:
    assert tells_apart(counted(50), counted(57))
    assert tells_apart(counted(57), counted(50))
    assert tells_apart({"n_measured": None}, counted(50))
    assert not tells_apart(counted(50), counted(61))
    assert not tells_apart(counted(50), counted(50))
    assert not tells_apart({"n_measured": 50, "n_improved": None}, {"n_measured": 70, "n_improved": None})


def test_a_value_that_changed_for_as_many_people_was_corrected_for_nobody_knows_how_many() -> None:
    then = {("pain", "a"): counted(50), ("pain", "b"): counted(40), ("strength", "a"): counted(40)}
    now = then | {("strength", "a"): counted(60)}
    found = withheld_changes(then, now, [("pain", "a"), ("strength", "a")], by_domain)
    assert found == {("pain", "a")}


def test_what_was_not_there_then_counts_as_nobody() -> None:
    now = {("pain", "a"): counted(30), ("strength", "a"): counted(5)}
    assert withheld_changes({}, now, now, by_domain) == {("strength", "a")}


KEYS = [(domain, cell) for domain in ("pain", "strength") for cell in "abc"]
PEOPLE = st.fixed_dictionaries({key: st.integers(0, 40) for key in KEYS})


@settings(max_examples=60, deadline=None)
@given(PEOPLE, PEOPLE)
def test_of_nested_releases_no_difference_of_shown_figures_nor_a_sum_of_them_tells_of_few(
    first: dict[tuple[str, str], int], more: dict[tuple[str, str], int]
) -> None:
    """Whoever subtracts what was shown then from what is shown now, alone or in sums, finds 0 or 11 up."""
    then = {key: counted(first[key]) for key in KEYS}
    now = {key: counted(first[key] + more[key]) for key in KEYS}
    changed = [key for key in KEYS if more[key]]
    gone = withheld_changes(then, now, changed, by_domain)
    for domain in ("pain", "strength"):
        own = [key for key in KEYS if key[0] == domain]
        shown = [more[key] for key in own if key in changed and key not in gone]
        assert all(each >= 11 for each in shown)
        if shown:
            left = sum(more[key] for key in own) - sum(shown)
            assert left == 0, "what is known of the whole leaves nothing for who is withheld"
