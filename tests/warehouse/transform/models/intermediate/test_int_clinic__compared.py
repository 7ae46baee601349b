"""The dbt model that compares clinics: each indicator by itself, by the estimator and no other."""

from dataclasses import asdict
from typing import Any

import duckdb

from warehouse.effects.compared_clinics import Clinic, compare_clinics
from warehouse.transform.models.intermediate.int_clinic__compared import INDICATOR, OF_CLINIC, RESULT, model


class Project:
    """Stands for dbt: has what was measured of the clinics."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self.connection = duckdb.connect()
        words = ", ".join(f"{name} VARCHAR" for name in (*INDICATOR, "clinic"))
        numbers = "n_started BIGINT, n_measured BIGINT, residual DOUBLE, variance DOUBLE"
        self.connection.execute(f"CREATE TABLE int_clinic__measured ({words}, {numbers})")
        if rows:
            marks = ", ".join("?" for _ in (*INDICATOR, *OF_CLINIC))
            self.connection.executemany(f"INSERT INTO int_clinic__measured VALUES ({marks})", rows)

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(name)

    def config(self, **_: Any) -> None:
        pass


def test_each_indicator_is_compared_by_itself() -> None:
    told = {
        "ndi": [Clinic(f"c{at}", 100, 90, 0.5 * at - 1, 9.0) for at in range(6)],
        "nprs": [Clinic(f"c{at}", 50, 40, 0.1, 4.0) for at in range(3)],
    }
    where = ("self_report", "questionnaire", "week_12")
    rows = [
        ("neck_pain", measure, *where, one.name, one.started, one.measured, one.residual, one.variance)
        for measure, clinics in told.items()
        for one in clinics
    ]
    found = model(Project(rows[::-1]), None).to_pylist()
    for measure, clinics in told.items():
        own = [row for row in found if row["measure"] == measure]
        wanted = [asdict(one) for one in compare_clinics(clinics)]
        assert [{name: row[name] for name in wanted[0]} for row in own] == wanted


def test_no_clinics_give_a_table_with_its_columns() -> None:
    assert model(Project([]), None).schema == RESULT
