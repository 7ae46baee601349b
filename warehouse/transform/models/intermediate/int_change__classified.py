"""Classifies each distinct pair of values by the registry's rule, so that there is one implementation."""

from typing import Any

import pyarrow as pa

from contracts.measures.classify import classify

INPUTS = ("measure", "condition", "baseline", "follow_up", "same_rater", "device_class", "muscle_group")
RESULT = pa.schema(
    [
        ("case_key", pa.string()),
        ("class", pa.string()),
        ("threshold_row", pa.string()),
        ("registry_version", pa.int32()),
        ("mdc", pa.float64()),
        ("mcid", pa.float64()),
    ]
)


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per ``case_key`` of ``int_change``: class, threshold row, registry version, MDC and MCID.

    MDC and MCID are in the measure's unit.
    """
    dbt.config(materialized="table")
    columns = ", ".join(("case_key", *INPUTS))
    cases = dbt.ref("int_change").project(columns).distinct().fetchall()
    return pa.Table.from_pylist([_classified(*case) for case in cases], schema=RESULT)


def _classified(case_key: str, *inputs: Any) -> dict[str, Any]:
    found = classify(*inputs)
    return {
        "case_key": case_key,
        "class": found.kind,
        "threshold_row": found.row,
        "registry_version": found.registry_version,
        "mdc": found.mdc,
        "mcid": found.mcid,
    }
