"""The baseline table of a comparison: who got which program, before and after weighting."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from warehouse.effects.covariates import NUMERIC, is_missing
from warehouse.effects.estimates import Weighing
from warehouse.effects.population import Population
from warehouse.effects.protocol import Protocol
from warehouse.effects.result import BaselineRow
from warehouse.privacy import suppress


def baseline_table(
    population: Population, protocol: Protocol, weighing: Weighing | None, minimum_cell: int
) -> tuple[BaselineRow, ...]:
    """A row per number and per level of a word, of the measured people."""
    rows: list[BaselineRow] = []
    treated = population.treated(protocol)
    for name, values in population.columns(protocol.covariates).items():
        first = [value for value, flag in zip(values, treated, strict=True) if flag]
        second = [value for value, flag in zip(values, treated, strict=True) if not flag]
        if name in NUMERIC:
            rows.append(_mean_row(name, first, second, weighing, minimum_cell))
        else:
            rows.extend(_level_rows(name, first, second, weighing, minimum_cell))
    return tuple(rows)


def _mean_row(
    name: str, first: Sequence[Any], second: Sequence[Any], weighing: Weighing | None, minimum_cell: int
) -> BaselineRow:
    known = [[float(value) for value in arm if not is_missing(value)] for arm in (first, second)]
    if min(len(arm) for arm in known) < minimum_cell:
        return BaselineRow(name, None, None, None, None, None, None, None)
    (mean, spread), (mean_2, spread_2) = ((float(np.mean(arm)), float(np.std(arm, ddof=1))) for arm in known)
    before, after = _differences(weighing, name)
    return BaselineRow(name, None, mean, mean_2, spread, spread_2, before, after)


def _level_rows(
    name: str, first: Sequence[Any], second: Sequence[Any], weighing: Weighing | None, minimum_cell: int
) -> Iterator[BaselineRow]:
    arms = [[_word(value) for value in arm] for arm in (first, second)]
    shares = [_shares(arm, minimum_cell) for arm in arms]
    for level in sorted({word for arm in arms for word in arm}):
        one, two = (share.get(level, 0.0 if share else None) for share in shares)
        told = None if one is None or two is None else weighing
        yield BaselineRow(name, level, one, two, None, None, *_differences(told, f"{name}: {level}"))


def _shares(words: Sequence[str], minimum_cell: int) -> dict[str, float | None]:
    """The share of each level; small ones are hidden, and nothing is shown of an arm that is small itself."""
    if len(words) < minimum_cell:
        return {}
    counts = [{"level": level, "n": words.count(level)} for level in sorted(set(words))]
    shown = suppress(counts, ("level",), "n", minimum=minimum_cell, known_totals=("level",))
    return {row["level"]: None if row["n"] is None else row["n"] / len(words) for row in shown}


def _differences(weighing: Weighing | None, column: str) -> tuple[float | None, float | None]:
    if weighing is None or column not in weighing.design.names:
        return None, None
    position = weighing.design.names.index(column)
    return float(weighing.before[position]), float(weighing.after[position])


def _word(value: Any) -> str:
    if is_missing(value):
        return "missing"
    return ("yes" if value else "no") if isinstance(value, bool | np.bool_) else str(value)
