"""The dbt model that carries the core sets of the registry."""

from typing import Any

from contracts.measures.registry import core_sets
from warehouse.transform.models.intermediate.int_core_set import COLUMNS, model


class Project:
    """Stands for dbt: remembers how the model wants to be stored."""

    def config(self, **settings: Any) -> None:
        self.configured = settings


def test_the_core_sets_are_those_of_the_registry() -> None:
    table = model(Project(), None)
    assert table.column_names == list(COLUMNS)
    assert table.column("measure").to_pylist() == [each.measure for each in core_sets()]
