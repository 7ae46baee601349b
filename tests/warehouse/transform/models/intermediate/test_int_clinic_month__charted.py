"""The dbt model that charts: each clinic and condition by itself, over months of enough people."""

from typing import Any

import duckdb
import pytest

from warehouse.effects.control_chart import control_chart
from warehouse.transform.models.intermediate.int_clinic_month__charted import RESULT, model


class Project:
    """Stands for dbt: has the months of the clinics."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(
            "CREATE TABLE int_clinic_month (clinic VARCHAR, condition VARCHAR, month VARCHAR, "
            "n_measured BIGINT, standardised_change DOUBLE)"
        )
        if rows:
            self.connection.executemany("INSERT INTO int_clinic_month VALUES (?, ?, ?, ?, ?)", rows)

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(name)

    def config(self, **_: Any) -> None:
        pass


def test_the_chart_is_the_estimators_in_the_order_of_months() -> None:
    values = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.1]
    rows = [("a", "all", f"2026-{at + 1:02}", 20, value) for at, value in enumerate(values)]
    found = model(Project([*rows[::-1], ("b", "all", "2026-01", 20, 9.0)]), None).to_pylist()
    own, chart = [row for row in found if row["clinic"] == "a"], control_chart(values)
    assert [row["chart_signal"] for row in own] == list(chart.signals) == ["trend"] * 7 + [None]
    assert (own[0]["chart_low"], own[0]["chart_high"]) == pytest.approx((chart.low, chart.high))
    assert [row["chart_side"] for row in own][::6] == ["below", "above"]
    assert own[0]["chart_is_trial"]
    (single,) = [row for row in found if row["clinic"] == "b"]
    assert (single["chart_centre"], single["chart_low"]) == (9.0, None)


def test_months_of_few_people_or_without_a_change_are_left_out() -> None:
    rows = [
        ("a", "all", "2026-01", 9, 1.0),
        ("a", "all", "2026-02", 30, None),
        ("a", "all", "2026-03", 10, 2.0),
    ]
    assert [row["month"] for row in model(Project(rows), None).to_pylist()] == ["2026-03"]


def test_no_months_give_a_table_with_its_columns() -> None:
    assert model(Project([]), None).schema == RESULT
