"""Clinics beside what was expected of them: shrunk estimate, funnel limits and gates, by indicator."""

from dataclasses import asdict, fields
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa

from warehouse.effects.compared_clinics import Clinic, Compared, compare_clinics

INDICATOR = ("condition", "measure", "method", "device_class", "horizon")
OF_CLINIC = ("clinic", "n_started", "n_measured", "residual", "variance")
WORDS = ("name", "flag", "gate", "indicator_gate")
RESULT = pa.schema(
    [(name, pa.string()) for name in INDICATOR]
    + [(one.name, pa.string() if one.name in WORDS else pa.float64()) for one in fields(Compared)]
)


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per indicator and clinic of ``int_clinic__measured``, as ``Compared`` has it."""
    dbt.config(materialized="table", tags=["estimator"])
    found = dbt.ref("int_clinic__measured").project(", ".join((*INDICATOR, *OF_CLINIC)))
    rows = found.order(", ".join((*INDICATOR, "clinic"))).fetchall()
    told: list[dict[str, Any]] = []
    for indicator, group in groupby(rows, key=itemgetter(*range(len(INDICATOR)))):
        clinics = [Clinic(*row[len(INDICATOR) :]) for row in group]
        which = dict(zip(INDICATOR, indicator, strict=True))
        told += [which | asdict(one) for one in compare_clinics(clinics)]
    return pa.Table.from_pylist(told, schema=RESULT)
