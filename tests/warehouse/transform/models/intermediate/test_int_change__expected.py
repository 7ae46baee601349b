"""The dbt model that expects changes: one model per measure and horizon, in the rows' own order."""

from typing import Any

import duckdb
import numpy as np
import pytest

from warehouse.effects.case_mix import COVARIATES, NUMBERS, fold_of, words_of
from warehouse.effects.expected_change import expected_change, model_version
from warehouse.transform.models.intermediate.int_change__expected import CELL, KEY, model

COLUMNS = (*KEY, "clinic", "improvement", *COVARIATES)


class Project:
    """Stands for dbt: has the people of ``int_case_mix``."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.connection = duckdb.connect()
        numbers = {"improvement", *NUMBERS}
        columns = ", ".join(f"{name} {'DOUBLE' if name in numbers else 'VARCHAR'}" for name in COLUMNS)
        self.connection.execute(f"CREATE TABLE int_case_mix ({columns})")
        marks = ", ".join("?" for _ in COLUMNS)
        if rows:
            values = [[row.get(name) for name in COLUMNS] for row in rows]
            self.connection.executemany(f"INSERT INTO int_case_mix VALUES ({marks})", values)
        self.configured: dict[str, Any] = {}

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(name)

    def config(self, **settings: Any) -> None:
        self.configured |= settings


def people(measure: str, count: int, seed: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    rows = []
    for at in range(count):
        severe, baseline = bool(rng.random() < 0.5), float(rng.normal(20, 4))
        rows.append({
            "patient_key": f"p{at:03}", "episode_id": f"e{at:03}", "measure": measure,
            "method": "self_report", "device_class": "questionnaire", "horizon": "week_12",
            "clinic": f"c{at % 3}", "condition": "neck_pain",
            "severity": "severe" if severe else None, "baseline": baseline,
            "improvement": None if at % 10 == 0 else 5 - 2 * severe + 0.4 * baseline + float(rng.normal()),
        })  # fmt: skip
    return rows


def test_every_measured_person_is_expected_what_the_estimator_says() -> None:
    rows = people("ndi", 150, 1)
    project = Project([*people("nprs", 120, 2), *rows])
    found = [row for row in model(project, None).to_pylist() if row["measure"] == "ndi"]
    measured = [row for row in rows if row["improvement"] is not None]
    assert [row["patient_key"] for row in found] == [row["patient_key"] for row in measured]
    columns: dict[str, Any] = {"baseline": np.array([row["baseline"] for row in measured])}
    columns |= {name: words_of([row.get(name) for row in measured]) for name in ("condition", "severity")}
    alone = expected_change(
        columns,
        np.array([row["improvement"] for row in measured]),
        words_of([row["clinic"] for row in measured]).codes,
        fold_of([row["patient_key"] for row in measured]),
    )
    assert [row["expected"] for row in found] == pytest.approx(alone.tolist())
    assert {row["model_version"] for row in found} == {model_version()}
    assert project.configured["tags"] == ["estimator"]


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = people("ndi", 150, 1)
    assert model(Project(rows), None).equals(model(Project(rows[::-1]), None))


def test_few_people_are_expected_nothing() -> None:
    found = model(Project(people("ndi", 30, 1)), None).to_pylist()
    assert len(found) == 27
    assert {row["expected"] for row in found} == {None}


def test_nobody_gives_a_table_with_its_columns() -> None:
    assert set(CELL) | {"expected", "model_version"} <= set(model(Project([]), None).column_names)
