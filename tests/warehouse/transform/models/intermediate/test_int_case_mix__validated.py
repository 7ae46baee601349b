"""The dbt model that validates: overall, tenths and subgroups of each measure and horizon."""

from typing import Any

import duckdb
import pytest

from warehouse.transform.models.intermediate.int_case_mix__validated import RESULT, SUBGROUPS, model

KEY = ("patient_key", "episode_id", "measure", "method", "device_class", "horizon")


class Project:
    """Stands for dbt: has the people and what was expected of them."""

    def __init__(self, rows: list[tuple[float, float | None]]) -> None:
        self.connection = duckdb.connect()
        keys, words = (", ".join(f"{name} VARCHAR" for name in names) for names in (KEY, SUBGROUPS))
        self.connection.execute(f"CREATE TABLE int_case_mix ({keys}, improvement DOUBLE, {words})")
        self.connection.execute(f"CREATE TABLE int_change__expected ({keys}, expected DOUBLE)")
        for at, (actual, expected) in enumerate(rows):
            key = [f"p{at:03}", "e", "ndi", "self_report", "questionnaire", "week_12"]
            words = ["neck_pain", "30-39", None if at % 2 else "female", *["x"] * (len(SUBGROUPS) - 3)]
            self._insert("int_case_mix", [*key, actual, *words])
            self._insert("int_change__expected", [*key, expected])

    def _insert(self, table: str, values: list[Any]) -> None:
        self.connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' for _ in values)})", values)

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(name)

    def config(self, **_: Any) -> None:
        pass


def test_overall_deciles_and_subgroups_are_told() -> None:
    rows = [(float(at % 7), float(at % 7) / 2 + 1) for at in range(40)]
    found = model(Project(rows), None).to_pylist()
    (whole,) = [row for row in found if row["aspect"] == "overall"]
    assert (whole["n"], whole["slope"], whole["intercept"]) == pytest.approx((40, 2.0, -2.0))
    assert sum(row["n"] for row in found if row["aspect"] == "decile") == 40
    sexes = {row["level"]: row["n"] for row in found if row["aspect"] == "sex"}
    assert sexes == {"female": 20, "missing": 20}


def test_people_without_an_expectation_are_left_out() -> None:
    assert model(Project([(1.0, None), (2.0, None)]), None).num_rows == 0


def test_nobody_gives_a_table_with_its_columns() -> None:
    assert model(Project([]), None).schema == RESULT
