"""The case-mix known at time zero as columns of a design: standardised, one-hot, with missing indicators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NUMERIC: Final = ("baseline", "comorbidity_count", "baseline_pain")
SMALLEST_LEVEL: Final = 5
"""Levels of fewer people are joined, and an indicator of fewer is left out: no column is one person."""


@dataclass(frozen=True)
class Design:
    """Columns and their names, without the constant; ``names`` read like ``severity: mild``."""

    names: tuple[str, ...]
    columns: Floats


def design_of(columns: Mapping[str, Sequence[Any]], covariates: Sequence[str]) -> Design:
    """The design of the covariates that vary; numbers are standardised, words become indicators."""
    names: list[str] = []
    parts: list[Floats] = []
    for covariate in covariates:
        values = list(columns[covariate])
        pieces = _numeric(covariate, values) if covariate in NUMERIC else _words(covariate, values)
        for name, column in pieces:
            if _varies(column):
                names.append(name)
                parts.append(column)
    count = len(columns[covariates[0]]) if covariates else 0
    return Design(tuple(names), np.column_stack(parts) if parts else np.empty((count, 0)))


def _varies(column: Floats) -> bool:
    indicates = np.isin(column, (0.0, 1.0)).all()
    rare = indicates and min(column.sum(), (1 - column).sum()) < SMALLEST_LEVEL
    return float(column.std()) > 1e-12 and not rare


def standardised(column: Floats) -> Floats:
    """The column with mean 0 and spread 1, or zeros where it does not vary."""
    spread = float(column.std())
    return (column - column.mean()) / spread if spread > 1e-12 else np.zeros(len(column))


def is_missing(value: Any) -> bool:
    """Whether a cell of a table holds nothing (None or NaN)."""
    return value is None or (isinstance(value, float) and value != value)


def _numeric(name: str, values: Sequence[Any]) -> list[tuple[str, Floats]]:
    missing = np.array([is_missing(value) for value in values])
    known = np.array([0.0 if gone else float(value) for value, gone in zip(values, missing, strict=True)])
    if missing.all():
        return []
    filled = np.where(missing, known[~missing].mean(), known)
    return [(name, standardised(filled)), (f"{name}: missing", missing.astype(float))]


def _words(name: str, values: Sequence[Any]) -> list[tuple[str, Floats]]:
    """An indicator per level but the most frequent one; missing is a level of its own."""
    words = ["missing" if is_missing(value) else _word(value) for value in values]
    counts = {word: words.count(word) for word in sorted(set(words))}
    words = [word if counts[word] >= SMALLEST_LEVEL else "few" for word in words]
    levels = sorted(set(words), key=lambda word: (-words.count(word), word))
    return [(f"{name}: {level}", np.array([float(word == level) for word in words])) for level in levels[1:]]


def _word(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool | np.bool_) else str(value)
