"""A weight for drop-out, and the worst and the best possible change, for everybody who counts in a figure.

People are weighted by the inverse of their chance to be measured: one model per condition, measure identity
and horizon, from what was known at time zero.
"""

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from warehouse.effects.bounds import extremes
from warehouse.effects.case_mix import Columns, Words
from warehouse.effects.dropout import ORDER, dropout_weights

Ints = NDArray[np.int64]

FIT = ("measure", "method", "device_class", "horizon", "condition")
NUMBERS = ("baseline", "baseline_pain", "comorbidity_count")
COUNTED = (
    *(
        "patient_key",
        "episode_id",
        "clinic",
        "condition",
        "muscle_group",
        "goals",
        "program",
        "month",
        "domain",
    ),
    *("measure", "method", "device_class", "horizon", "baseline", "improvement", "sd_baseline"),
    *("is_measured", "class", "could_improve"),
)
COVARIATES = """
    severity, chronicity, prior_surgery, age_band, payer_class, sex, baseline_pain, comorbidity_count,
    low, high, direction = 'higher' as higher
"""
CALCULATED = ("weight", "worst", "best", "why")


def model(dbt: Any, session: Any) -> Any:
    """One row per row of ``int_population``: what figures count, with weight and bounds.

    ``weight``: for how many people somebody stands if measured; where ``why`` says why there is no model, the
    same for all. ``worst`` and ``best`` are improvements in the measure's unit, null where its range is not
    known.
    """
    dbt.config(materialized="table", tags=["estimator"])
    people, measures = dbt.ref("int_population"), dbt.ref("dim_measure").project("measure, low, high")
    joined = people.join(measures.set_alias("range"), "measure", how="left")
    rows = joined.project(", ".join((*COUNTED, COVARIATES)))
    session.execute("drop table if exists weighed")
    session.register("chunk", _weighed(rows.filter("false")))
    session.execute("create temp table weighed as from chunk")
    for (measure,) in people.project("measure").distinct().order("measure").fetchall():
        own = rows.filter(duckdb.ColumnExpression("measure") == duckdb.ConstantExpression(measure))
        session.register("chunk", _weighed(own))
        session.execute("insert into weighed from chunk")
    session.unregister("chunk")
    return session.table("weighed")


def _weighed(people: Any) -> pa.Table:
    """The rows of one measure with what is calculated of them."""
    table = people.to_arrow_table()
    columns = {name: _column(table, name) for name in ORDER}
    measured = np.asarray(table["is_measured"], dtype=bool)
    weights, why = np.full(len(table), np.nan), np.full(len(table), None, dtype=object)
    for fit in _fits(table):
        part = _part(columns, fit)
        found = dropout_weights(part, ~np.isnan(columns["baseline"][fit]), measured[fit])
        weights[fit], why[fit] = found.weights, found.why
    higher = np.asarray(table["higher"].fill_null(True), dtype=bool)
    ends = extremes(columns["baseline"], _number(table, "low"), _number(table, "high"), higher)
    for name, values in zip(CALCULATED, (weights, ends.worst, ends.best), strict=False):
        table = table.append_column(name, pa.array(values, pa.float64(), from_pandas=True))
    table = table.append_column("why", pa.array(why, pa.string()))
    return table.select([*COUNTED, *CALCULATED])


def _fits(table: pa.Table) -> Iterator[Ints]:
    """Positions of the rows of each measure identity, horizon and condition."""
    words = [_words(table, name) for name in FIT]
    sizes = [len(one.levels) + 1 for one in words]
    codes = np.ravel_multi_index(tuple(one.codes + 1 for one in words), sizes)
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order])) + 1
    yield from (one for one in np.split(order, starts) if len(one))


def _column(table: pa.Table, name: str) -> Any:
    return _number(table, name) if name in NUMBERS else _words(table, name)


def _number(table: pa.Table, name: str) -> Any:
    return table[name].cast(pa.float64()).to_numpy(zero_copy_only=False).astype(float)


def _words(table: pa.Table, name: str) -> Words:
    column = table[name].cast(pa.string()).combine_chunks().dictionary_encode()
    codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Words(codes, tuple(column.dictionary.to_pylist()))


def _part(columns: dict[str, Any], fit: Ints) -> Columns:
    return {
        name: Words(one.codes[fit], one.levels) if isinstance(one, Words) else one[fit]
        for name, one in columns.items()
    }
