"""The dbt model that classifies: each distinct pair once, by the registry's rule and no other."""

from typing import Any

import duckdb
import pytest

from contracts.measures.classify import classify
from warehouse.transform.models.intermediate.int_change__classified import INPUTS, RESULT, model

COLUMNS = "case_key VARCHAR, measure VARCHAR, condition VARCHAR, baseline DOUBLE, follow_up DOUBLE, \
same_rater BOOL, device_class VARCHAR, muscle_group VARCHAR"
CASES = [
    ("k1", "ndi", "neck_pain", 30.0, 15.0, None, "questionnaire", "neck_flexors"),
    ("k2", "ndi", "neck_pain", 30.0, None, None, "questionnaire", "neck_flexors"),
    ("k3", "ndi", "neck_pain", None, 15.0, None, "questionnaire", "neck_flexors"),
    ("k4", "ndi", "neck_pain", 30.0, 29.0, None, "questionnaire", "neck_flexors"),
]


class Project:
    """Stands for dbt: has one relation, and remembers how the model wants to be stored."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(f"CREATE TABLE int_change ({COLUMNS})")
        self.connection.execute(f"CREATE TABLE int_visit ({COLUMNS})")
        if rows:
            self.connection.executemany("INSERT INTO int_change VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self.configured: dict[str, Any] = {}

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(name)

    def config(self, **settings: Any) -> None:
        self.configured |= settings


def test_classes_are_those_of_the_registry() -> None:
    found = {row["case_key"]: row for row in model(Project(CASES), None).to_pylist()}
    for key, *inputs in CASES:
        expected = classify(*inputs)
        assert found[key]["class"] == expected.kind
        assert found[key]["threshold_row"] == expected.row
        assert (found[key]["mdc"], found[key]["mcid"]) == (expected.mdc, expected.mcid)
    assert [found[key]["class"] for key in ("k1", "k2", "k3")] == ["improved", "unknown", "unknown"]


def test_a_case_is_classified_once_however_often_it_occurs() -> None:
    assert len(model(Project(CASES * 3), None)) == len(CASES)


def test_the_pairs_of_every_visit_are_classified_too() -> None:
    project = Project(CASES[:1])
    project.connection.execute("INSERT INTO int_visit SELECT 'v', * EXCLUDE (case_key) FROM int_change")
    assert {row["case_key"] for row in model(project, None).to_pylist()} == {"k1", "v"}


def test_no_cases_give_a_table_with_its_columns() -> None:
    table = model(Project([]), None)
    assert len(table) == 0
    assert table.schema.equals(RESULT)


@pytest.mark.parametrize("place", range(len(INPUTS)))
def test_inputs_come_in_the_order_of_the_rule(place: int) -> None:
    assert INPUTS[place] == classify.__code__.co_varnames[place]
