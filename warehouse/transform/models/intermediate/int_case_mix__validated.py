"""How well the case-mix models fit: overall, by tenths of what was expected, by subgroup."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from warehouse.effects.calibration import Part, calibrate, deciles, subgroups

CELL = ("measure", "method", "device_class", "horizon")
SUBGROUPS = ("condition", "age_band", "sex", "chronicity", "severity", "prior_surgery", "payer_class")
ENDS = ("slope", "slope_low", "slope_high", "intercept", "intercept_low", "intercept_high")
RESULT = pa.schema(
    [(name, pa.string()) for name in (*CELL, "aspect", "level")]
    + [("n", pa.int64())]
    + [
        (name, pa.float64())
        for name in ("mean_actual", "mean_expected", "predictive_ratio", "r_squared", *ENDS)
    ]
)


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per measure identity, horizon, aspect (overall, decile or a covariate) and level of it."""
    dbt.config(materialized="table", tags=["estimator"])
    key = ("patient_key", "episode_id", *CELL)
    known = dbt.ref("int_case_mix").project(", ".join((*key, "improvement", *SUBGROUPS))).set_alias("mix")
    expected = dbt.ref("int_change__expected").project(", ".join((*key, "expected"))).set_alias("model")
    joined = known.join(expected, ", ".join(key)).filter("expected is not null")
    table = joined.order(", ".join((*CELL, *key[:2]))).to_arrow_table()
    rows = [row for cell in _cells(table) for row in _judged(cell)]
    return pa.Table.from_pylist(rows, schema=RESULT)


def _cells(table: pa.Table) -> Iterator[pa.Table]:
    names = list(zip(*(table[name].to_pylist() for name in CELL), strict=True))
    if not names:
        return
    starts = [at for at in range(len(names)) if not at or names[at] != names[at - 1]]
    for begin, end in zip(starts, [*starts[1:], len(names)], strict=True):
        yield table.slice(begin, end - begin)


def _judged(cell: pa.Table) -> Iterator[dict[str, Any]]:
    which = {name: cell[name][0].as_py() for name in CELL}
    actual, expected = (np.asarray(cell[name], dtype=float) for name in ("improvement", "expected"))
    (whole,) = subgroups(actual, expected, np.zeros(len(actual), dtype=np.int64), ("all",))
    yield which | _row("overall", whole) | _fit(actual, expected)
    for part in deciles(actual, expected):
        yield which | _row("decile", part)
    for name in SUBGROUPS:
        column = cell[name].combine_chunks().dictionary_encode()
        codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        for part in subgroups(actual, expected, codes, column.dictionary.to_pylist()):
            yield which | _row(name, part)


def _row(aspect: str, part: Part) -> dict[str, Any]:
    means = {"mean_actual": part.actual, "mean_expected": part.expected, "predictive_ratio": part.ratio}
    return {"aspect": aspect, "level": part.level, "n": part.people} | means


def _fit(actual: Any, expected: Any) -> dict[str, Any]:
    found = calibrate(actual, expected)
    if found is None:
        return {}
    ends = (found.slope.estimate, found.slope.low, found.slope.high)
    ends += (found.intercept.estimate, found.intercept.low, found.intercept.high)
    return {"r_squared": found.r_squared} | dict(zip(ENDS, ends, strict=True))
