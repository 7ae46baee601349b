"""The share of people with an important change by week, with discharge as a competing event."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa

from warehouse.effects.time_to_change import Days, cumulative_incidence, interval

CELL = ("clinic", "condition", "muscle_group", "program", "measure", "method", "device_class")
KEY = (*CELL, "definition", "placed")
ENDS = ("changed", "discharged", "censored")
WEEKS: Final = np.arange(27, dtype=np.int64)
"""Weeks after time zero that are told: half a year."""
DIGITS = 9


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per cell, definition, place and week of ``int_time_to_change__daily``.

    Weeks end with the last story. Shares (0-1) and their intervals; ``mean_days``: how many days by then a
    person has had the change.
    """
    dbt.config(materialized="table", tags=["estimator"])
    table = dbt.ref("int_time_to_change__daily").order(", ".join((*KEY, "day"))).to_arrow_table()
    numbers = {name: np.asarray(table[name], dtype=np.float64) for name in ENDS}
    days = np.asarray(table["day"], dtype=np.int64)
    parts: list[dict[str, Any]] = []
    first: list[int] = []
    for own in _cells(table):
        people = Days(days[own], *(numbers[name][own] for name in ENDS))
        parts.append(_by_week(people))
        first += [own.start] * len(parts[-1]["week"])
    result = table.select(KEY).take(pa.array(first, pa.int64()))
    for name in parts[0] if parts else _by_week(Days(days, *(numbers[name] for name in ENDS))):
        values = np.concatenate([part[name] for part in parts]) if parts else np.empty(0)
        result = result.append_column(name, pa.array(values, pa.float64(), from_pandas=True))
    return result


def _by_week(people: Days) -> dict[str, Any]:
    last = people.days[-1] if len(people.days) else -1
    weeks = WEEKS[last >= WEEKS * 7]
    found = cumulative_incidence(people, weeks * 7)
    low, high = interval(found.changed, found.error)
    until = np.searchsorted(people.days, weeks * 7, side="right")
    columns = {"week": weeks.astype(float), "n_at_risk": found.at_risk, "changed": found.changed}
    for name, counts in zip(ENDS, (people.changed, people.left, people.censored), strict=True):
        columns[f"n_{name}_by"] = np.concatenate([[0.0], counts.cumsum()])[until]
    columns |= {"changed_low": low, "changed_high": high, "discharged": found.left, "mean_days": found.area}
    return {name: np.round(values, DIGITS) for name, values in columns.items()}


def _cells(table: pa.Table) -> Iterator[slice]:
    """Where the rows of each cell, definition and place begin and end."""
    if not len(table):
        return
    codes = [table[name].combine_chunks().dictionary_encode().indices for name in KEY]
    matrix = np.column_stack([np.asarray(one.fill_null(-1)) for one in codes])
    starts = np.flatnonzero((matrix[1:] != matrix[:-1]).any(axis=1)) + 1
    for begin, end in zip([0, *starts], [*starts, len(table)], strict=True):
        yield slice(int(begin), int(end))
