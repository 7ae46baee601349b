"""What another threshold would make of a figure, worked out by hand."""

from typing import Any

import duckdb
import pytest

from contracts.measures.registry import thresholds
from warehouse.transform.models.intermediate.int_threshold__applied import IN_USE, RESULT, applied, model

CELL = ("neck_pain", "neck_flexors", "ndi", "self_report", "questionnaire", "week_12")
# NDI in neck pain: in use error 10.2 and importance 7.5; the lowest values published are 5 and 3.5.
PAIRS = [(*CELL, 30.0, 24.0, None, 3), (*CELL, 30.0, 15.0, None, 2), (*CELL, 30.0, 29.0, None, 1)]


def by_threshold(rows: list[dict[str, Any]]) -> dict[str, tuple[int, ...]]:
    return {
        row["threshold"]: (row["n_measured"], row["n_classified"], row["n_improved"], row["n_changed"])
        for row in rows
    }


def test_a_lower_threshold_improves_those_whose_change_reaches_it() -> None:
    found = by_threshold(applied(PAIRS))
    assert found[IN_USE] == (6, 6, 2, 0)
    assert found["ndi.neck.lowest"] == (6, 6, 5, 3)
    assert found["ndi.radiculopathy"] == (6, 6, 2, 0)


def test_only_rows_that_were_read_in_their_source_are_applied() -> None:
    verified = {row.row for row in thresholds() if row.status == "verified"}
    assert by_threshold(applied(PAIRS)).keys() <= {IN_USE, *verified}


def test_whom_another_row_is_not_for_keeps_the_class_in_use() -> None:
    cell = ("low_back_pain", "lumbar_extensors", "nprs", "self_report", "questionnaire", "week_12")
    found = by_threshold(applied([(*cell, 4.0, 3.0, None, 1), (*cell, 9.0, 5.0, None, 1)]))
    assert found[IN_USE] == (2, 2, 1, 0)
    assert found["nprs.back"] == (2, 2, 1, 1)


def test_a_measure_that_is_not_known_and_an_empty_table_give_no_rows() -> None:
    assert applied([]) == []
    assert applied([("a", "b", "phrenology", None, None, "latest", 1.0, 2.0, None, 1)]) == []


class Project:
    """Stands for dbt, with the two marts that the model reads."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("CREATE TABLE dim_threshold (measure VARCHAR, status VARCHAR)")
        self.connection.execute("INSERT INTO dim_threshold VALUES ('ndi', 'verified'), ('ndi', 'verified')")
        self.connection.execute(
            "CREATE TABLE fct_change AS SELECT 'neck_pain' AS condition, 'neck_flexors' AS muscle_group,"
            " unnest(['ndi', 'ndi', 'nprs']) AS measure, 'self_report' AS method, 'questionnaire' AS"
            " device_class, 'week_12' AS horizon, 30.0::DOUBLE AS baseline, 24.0::DOUBLE AS follow_up,"
            " NULL::BOOLEAN AS same_rater, -6.0::DOUBLE AS change, true AS due, true AS is_counted"
        )

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(name)

    def config(self, **settings: Any) -> None:
        self.configured = settings


@pytest.fixture
def project() -> Project:
    return Project()


def test_people_with_the_same_pair_are_counted_together(project: Project) -> None:
    table = model(project, None)
    assert table.schema.equals(RESULT)
    assert by_threshold(table.to_pylist())[IN_USE] == (2, 2, 0, 0)
    assert set(table.column("measure").to_pylist()) == {"ndi"}
