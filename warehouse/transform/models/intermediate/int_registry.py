"""The version of the measure registry that this release was built with, as a table of one row."""

from typing import Any

import pyarrow as pa

from contracts.measures.registry import REGISTRY_VERSION


def model(dbt: Any, session: Any) -> pa.Table:
    """One row, one column: ``registry_version``."""
    dbt.config(materialized="table")
    return pa.table({"registry_version": pa.array([REGISTRY_VERSION], pa.int32())})
