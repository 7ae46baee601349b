"""The dbt model that tells, by week, who has an important change: cell by cell."""

from typing import Any

import duckdb
import pytest

from warehouse.transform.models.intermediate.int_time_to_change__estimated import CELL, KEY, model

DAYS = [(14, 1, 0, 0), (28, 1, 1, 0), (35, 0, 0, 1), (49, 1, 0, 1)]
COLUMNS = (
    ", ".join(f"{name} VARCHAR" for name in KEY)
    + ", day INT, changed BIGINT, discharged BIGINT, censored BIGINT"
)


class Project:
    """Stands for dbt."""

    def __init__(self, measures: tuple[str, ...]) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(f"CREATE TABLE int_time_to_change__daily ({COLUMNS})")
        for measure in measures:
            cell = {"clinic": "all", "measure": measure, "definition": "first", "placed": "visit"}
            key = [cell.get(name, "x") for name in KEY]
            for day in DAYS:
                marks = ", ".join("?" * (len(KEY) + 4))
                self.connection.execute(
                    f"INSERT INTO int_time_to_change__daily VALUES ({marks})", [*key, *day]
                )

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(name)

    def config(self, **settings: Any) -> None:
        pass


def test_each_cell_has_its_curve_by_week_until_its_last_story_ends() -> None:
    rows = model(Project(("ndi", "nprs")), None).to_pylist()
    assert [(row["measure"], row["week"]) for row in rows] == [
        (measure, week) for measure in ("ndi", "nprs") for week in range(8)
    ]
    told = {row["week"]: row for row in rows if row["measure"] == "ndi"}
    # The example of tests/warehouse/effects/test_time_to_change.py, its days times seven.
    assert [told[week]["changed"] for week in (1, 2, 4, 7)] == pytest.approx([0, 1 / 6, 1 / 3, 7 / 12])
    assert told[7]["discharged"] == pytest.approx(1 / 6)
    assert [told[7][f"n_{name}_by"] for name in ("changed", "discharged", "censored")] == [3, 1, 2]
    assert told[4]["n_at_risk"] == 5 and told[0]["changed_low"] is None
    assert told[7]["mean_days"] == pytest.approx(7 * (5 / 6 + 3 / 6))


def test_nobody_gives_a_table_with_its_columns() -> None:
    table = model(Project(()), None)
    assert len(table) == 0
    assert {*CELL, "week", "changed", "n_changed_by", "mean_days"} <= set(table.column_names)
