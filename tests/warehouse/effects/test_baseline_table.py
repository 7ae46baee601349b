"""The baseline table shows both programs and hides small levels, also by subtraction."""

from collections.abc import Callable
from typing import Any

import pytest

from warehouse.effects.baseline_table import baseline_table
from warehouse.effects.estimates import weigh
from warehouse.effects.population import select
from warehouse.effects.protocol import Protocol


def test_means_and_shares_are_those_of_the_measured_people(
    protocol: Protocol, make_rows: Callable[..., list[dict[str, Any]]]
) -> None:
    population = select(make_rows(), protocol)
    table = baseline_table(population, protocol, weigh(population, protocol), 11)
    of_a = [row for row in population.measured if row["program"] == "a"]
    rows = {(row.covariate, row.level): row for row in table}
    assert rows["baseline", None].first == pytest.approx(sum(row["baseline"] for row in of_a) / len(of_a))
    mild = sum(row["severity"] == "mild" for row in of_a) / len(of_a)
    assert rows["severity", "mild"].first == pytest.approx(mild)
    assert rows["baseline", None].after == pytest.approx(0, abs=0.01)
    assert abs(rows["baseline", None].before or 0) > 0.2


def test_a_small_level_and_its_neighbour_are_hidden(
    protocol: Protocol, make_rows: Callable[..., list[dict[str, Any]]]
) -> None:
    rows = make_rows(lost=0.0)
    rows = [row | {"sex": "other" if index < 6 else row["sex"]} for index, row in enumerate(rows)]
    population = select(rows, protocol)
    table = baseline_table(population, protocol, None, 11)
    sexes = {row.level: row for row in table if row.covariate == "sex"}
    assert sexes["other"].first is None
    assert sum(row.first is None for row in sexes.values()) >= 2


def test_nothing_is_shown_of_a_small_program(
    protocol: Protocol, make_rows: Callable[..., list[dict[str, Any]]]
) -> None:
    rows = [row | {"program": "a" if index < 7 else "b"} for index, row in enumerate(make_rows())]
    table = baseline_table(select(rows, protocol), protocol, None, 11)
    assert all(row.first is None for row in table)
