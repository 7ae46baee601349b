"""The XmR control chart of each clinic's monthly trend, by condition."""

from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa

from warehouse.effects.control_chart import SMALLEST_POINT, control_chart

RESULT = pa.schema(
    [
        *((name, pa.string()) for name in ("clinic", "condition", "month")),
        *((name, pa.float64()) for name in ("chart_centre", "chart_low", "chart_high")),
        *((name, pa.string()) for name in ("chart_signal", "chart_side")),
        ("chart_is_trial", pa.bool_()),
    ]
)


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per charted clinic, condition and month of ``int_clinic_month``."""
    dbt.config(materialized="table", tags=["estimator"])
    months = dbt.ref("int_clinic_month").filter(
        f"standardised_change is not null and n_measured >= {SMALLEST_POINT}"
    )
    rows = months.project("clinic, condition, month, standardised_change").order("clinic, condition, month")
    told: list[dict[str, Any]] = []
    for _, group in groupby(rows.fetchall(), key=itemgetter(0, 1)):
        told += _charted(list(group))
    return pa.Table.from_pylist(told, schema=RESULT)


def _charted(rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    chart = control_chart([row[3] for row in rows])
    low, high = (None, None) if len(rows) < 2 else (chart.low, chart.high)
    return [
        {
            "clinic": clinic,
            "condition": condition,
            "month": month,
            "chart_centre": chart.centre,
            "chart_low": low,
            "chart_high": high,
            "chart_signal": chart.signals[at],
            "chart_side": chart.side(at) if chart.signals[at] else None,
            "chart_is_trial": chart.is_trial,
        }
        for at, (clinic, condition, month, _) in enumerate(rows)
    ]
