"""The dbt model that says which registry a release was built with."""

from typing import Any

from contracts.measures.registry import REGISTRY_VERSION
from warehouse.transform.models.intermediate.int_registry import model


class Project:
    """Stands for dbt."""

    def config(self, **settings: Any) -> None:
        self.configured = settings


def test_it_is_one_row_with_the_version() -> None:
    project = Project()
    assert model(project, None).to_pylist() == [{"registry_version": REGISTRY_VERSION}]
    assert project.configured == {"materialized": "table"}
