"""Classifies each distinct pair of values by the registry's rule, so that there is one implementation."""

from typing import Any

import pyarrow as pa

from contracts.measures.classify import at_limit, classify

INPUTS = ("measure", "condition", "baseline", "follow_up", "same_rater", "device_class", "muscle_group")
RESULT = pa.schema(
    [
        ("case_key", pa.string()),
        ("class", pa.string()),
        ("threshold_row", pa.string()),
        ("registry_version", pa.int32()),
        ("mdc", pa.float64()),
        ("mcid", pa.float64()),
        ("baseline_limit", pa.string()),
        ("follow_up_limit", pa.string()),
    ]
)


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per ``case_key`` of ``int_change`` and ``int_visit``: class, threshold row, registry version.

    With it MDC and MCID, in the measure's unit, and which of the values is at its floor or ceiling.
    """
    dbt.config(materialized="table")
    columns = ", ".join(("case_key", *INPUTS))
    pairs = dbt.ref("int_change").project(columns).union(dbt.ref("int_visit").project(columns))
    cases = pairs.distinct().fetchall()
    return pa.Table.from_pylist([_classified(*case) for case in cases], schema=RESULT)


def _classified(case_key: str, *inputs: Any) -> dict[str, Any]:
    found = classify(*inputs)
    measure, _, baseline, follow_up, *_ = inputs
    return {
        "case_key": case_key,
        "class": found.kind,
        "threshold_row": found.row,
        "registry_version": found.registry_version,
        "mdc": found.mdc,
        "mcid": found.mcid,
        "baseline_limit": at_limit(measure, baseline),
        "follow_up_limit": at_limit(measure, follow_up),
    }
