"""Case-mix of people as columns of a design: a closed list, known at time zero; missing is a level."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from warehouse.effects.covariates import SMALLEST_LEVEL, is_missing, standardised

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

INTAKE: Final = "baseline"
CONDITION: Final = "condition"
AT_BASELINE: Final = (INTAKE, "baseline_pain")
"""Values measured until the baseline ended: the intake score itself, and pain then."""
AT_OPENING: Final = (
    CONDITION,
    "age_band",
    "sex",
    "chronicity",
    "severity",
    "prior_surgery",
    "comorbidity_count",
    "payer_class",
    "body_region",
    "side",
    "origin",
)
"""Fields of the opening of the episode."""
OF_THE_MEASURE: Final = ("muscle_group",)
"""Where on the body the intake score was taken."""
COVARIATES: Final = (*AT_BASELINE, *AT_OPENING, *OF_THE_MEASURE)
NUMBERS: Final = (*AT_BASELINE, "comorbidity_count")

KNOTS: Final = (0.05, 0.35, 0.65, 0.95)
"""Quantiles of the intake score at which its curve bends (Harrell 2015, four knots)."""
FOLDS: Final = 5


@dataclass(frozen=True)
class Words:
    """A covariate of words: the position of each person's word in ``levels``; -1 where it is missing."""

    codes: Ints
    levels: tuple[str, ...]


Columns = Mapping[str, Floats | Words]


def words_of(values: Sequence[Any]) -> Words:
    """Words (or yes and no) as codes, in the order in which they occur."""
    known: dict[str, int] = {}
    codes = [-1 if is_missing(one) else known.setdefault(str(one), len(known)) for one in values]
    return Words(np.array(codes, dtype=np.int64), tuple(known))


def fold_of(patient_keys: Sequence[str], folds: int = FOLDS) -> Ints:
    """The fold (0 to ``folds`` - 1) of each person: a CRC-32 of the key, the same in every release."""
    return np.array([zlib.crc32(key.encode()) % folds for key in patient_keys], dtype=np.int64)


def design_of(columns: Columns) -> tuple[tuple[str, ...], Floats]:
    """Names and columns of the design, without the constant; every column has mean 0.

    The intake score enters as a restricted cubic spline and, per condition, as a slope of its own. A
    covariate that is not in ``COVARIATES`` is refused: it could be known only after time zero.
    """
    later = sorted(set(columns) - set(COVARIATES))
    if later:
        raise ValueError(
            f"{', '.join(later)} is no covariate of the case-mix; take it out: only what is known at time "
            "zero may be adjusted for (warehouse/effects/case_mix.py has the list)."
        )
    parts: dict[str, Floats] = {}
    for name in COVARIATES:
        column = columns.get(name)
        if isinstance(column, Words):
            parts |= indicators(name, column)
        elif column is not None:
            parts |= _number(name, column)
    parts |= _slopes(parts)
    kept = {name: column for name, column in parts.items() if float(column.std()) > 1e-12}
    count = len(next(iter(parts.values()))) if parts else 0
    matrix = np.column_stack(list(kept.values())) if kept else np.empty((count, 0))
    return tuple(kept), matrix


def curve(values: Floats) -> list[Floats]:
    """Terms of a restricted cubic spline beyond the straight line (Harrell 2015, 2.4.5)."""
    knots = np.unique(np.quantile(values, KNOTS))
    if len(knots) < 3:
        return []
    last, before = knots[-1], knots[-2]

    def cube(knot: float) -> Floats:
        return np.maximum(values - knot, 0.0) ** 3

    def bend(knot: float) -> Floats:
        onwards = cube(before) * (last - knot) - cube(last) * (before - knot)
        bent: Floats = (cube(knot) - onwards / (last - before)) / (last - knots[0]) ** 2
        return bent

    return [bend(knot) for knot in knots[:-2]]


def _number(name: str, values: Floats) -> dict[str, Floats]:
    missing = np.isnan(values)
    if missing.all():
        return {}
    filled = standardised(np.where(missing, values[~missing].mean(), values))
    parts = {name: filled}
    if name == INTAKE:
        parts |= {f"{name}: bend {at}": standardised(one) for at, one in enumerate(curve(filled), 1)}
    if missing.sum() >= SMALLEST_LEVEL:
        parts[f"{name}: missing"] = _centred(missing)
    return parts


def indicators(name: str, words: Words) -> dict[str, Floats]:
    """One column per level but the most frequent; levels of few people are joined, missing is a level."""
    levels = (*words.levels, "missing")
    codes = np.where(words.codes < 0, len(words.levels), words.codes)
    counts = np.bincount(codes, minlength=len(levels))
    few = np.flatnonzero((counts > 0) & (counts < SMALLEST_LEVEL))
    common = [at for at in np.argsort(-counts, kind="stable") if counts[at] >= SMALLEST_LEVEL]
    parts = {f"{name}: {levels[at]}": _centred(codes == at) for at in common[1:]}
    rare = np.isin(codes, few)
    if common and rare.sum() >= SMALLEST_LEVEL:
        parts[f"{name}: few"] = _centred(rare)
    return parts


def _slopes(parts: Mapping[str, Floats]) -> dict[str, Floats]:
    """The intake score's slope in each condition, beside the usual one."""
    if INTAKE not in parts:
        return {}
    return {
        f"{INTAKE} in {name}": parts[INTAKE] * column - float((parts[INTAKE] * column).mean())
        for name, column in parts.items()
        if name.startswith(f"{CONDITION}: ")
    }


def _centred(flags: Flags) -> Floats:
    column = flags.astype(float)
    centred: Floats = column - column.mean()
    return centred
