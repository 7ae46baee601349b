"""What each condition asks to be measured, as the registry says."""

from typing import Any

import pyarrow as pa

from contracts.measures.registry import core_sets

COLUMNS = ("condition", "use", "purpose", "measure", "wanted", "note", "citation")


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per condition and measure, or what is wanted in words where the registry has no measure."""
    dbt.config(materialized="table")
    rows = core_sets()
    return pa.table({name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in COLUMNS})
