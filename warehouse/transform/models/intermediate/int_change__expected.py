"""The change expected of each measured person from case-mix, out of fold; a model per measure and horizon."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from warehouse.effects.case_mix import COVARIATES, NUMBERS, Columns, Words, fold_of
from warehouse.effects.expected_change import expected_change, model_version

CELL = ("measure", "method", "device_class", "horizon")
KEY = ("patient_key", "episode_id", *CELL)


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per episode, measure identity and horizon of ``int_case_mix`` that was measured.

    ``expected`` is in the measure's unit, null where too few people were measured for a model.
    """
    dbt.config(materialized="table", tags=["estimator"])
    names = dict.fromkeys((*KEY, "clinic", "improvement", *COVARIATES))
    people = dbt.ref("int_case_mix").filter("improvement is not null")
    table = people.project(", ".join(names)).order(", ".join((*CELL, *KEY[:2]))).to_arrow_table()
    expected = np.full(len(table), np.nan)
    columns = {name: _column(table, name) for name in COVARIATES}
    folds = fold_of(table["patient_key"].to_pylist())
    clinics, change = _words(table, "clinic").codes, np.asarray(table["improvement"], dtype=float)
    for cell in _cells(table):
        own = np.unique(clinics[cell], return_inverse=True)[1].astype(np.int64)
        expected[cell] = expected_change(_part(columns, cell), change[cell], own, folds[cell])
    found = table.select([*KEY, "clinic", "condition", "improvement"])
    found = found.append_column("expected", pa.array(expected, pa.float64(), from_pandas=True))
    return found.append_column("model_version", pa.array([model_version()] * len(table), pa.string()))


def _cells(table: pa.Table) -> Iterator[slice]:
    """Where the rows of each measure identity and horizon begin and end."""
    if not len(table):
        return
    codes = np.column_stack([_words(table, name).codes for name in CELL])
    starts = np.flatnonzero((codes[1:] != codes[:-1]).any(axis=1)) + 1
    for begin, end in zip([0, *starts], [*starts, len(table)], strict=True):
        yield slice(int(begin), int(end))


def _column(table: pa.Table, name: str) -> Any:
    if name not in NUMBERS:
        return _words(table, name)
    return table[name].cast(pa.float64()).to_numpy(zero_copy_only=False).astype(float)


def _words(table: pa.Table, name: str) -> Words:
    column = table[name].cast(pa.string()).combine_chunks().dictionary_encode()
    codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Words(codes, tuple(column.dictionary.to_pylist()))


def _part(columns: dict[str, Any], cell: slice) -> Columns:
    return {
        name: Words(one.codes[cell], one.levels) if isinstance(one, Words) else one[cell]
        for name, one in columns.items()
    }
