"""How well expected changes fit what was seen: R2, calibration, deciles, predictive ratio by subgroup."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from warehouse.effects.intervals import Interval
from warehouse.effects.regression import fit_hc3

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TENTHS: Final = 10
SMALLEST: Final = 3


@dataclass(frozen=True)
class Calibration:
    """Out-of-fold fit of a model: ``r_squared`` is 1 - SSE / SST; a perfect model has slope 1, intercept 0.

    Slope and intercept are those of the actual on the expected change, with HC3 intervals.
    """

    people: int
    r_squared: float
    slope: Interval
    intercept: Interval


@dataclass(frozen=True)
class Part:
    """People of one decile or subgroup: their mean changes, and expected / actual (the predictive ratio).

    The ratio is None where the mean change is less than a tenth of its spread: it would tell of nothing.
    """

    level: str
    people: int
    actual: float
    expected: float
    ratio: float | None


def calibrate(actual: Floats, expected: Floats) -> Calibration | None:
    """The fit of out-of-fold expectations; None with too few people or expectations that are all alike."""
    if len(actual) < SMALLEST or float(expected.std()) < 1e-9 or float(actual.std()) < 1e-12:
        return None
    rest = float(((actual - expected) ** 2).sum())
    whole = float(((actual - actual.mean()) ** 2).sum())
    fit = fit_hc3(np.column_stack([np.ones(len(actual)), expected]), actual)
    return Calibration(len(actual), 1 - rest / whole, fit.interval(1), fit.interval(0))


def deciles(actual: Floats, expected: Floats) -> tuple[Part, ...]:
    """Tenths of the people by expected change, from the least to the most; ``level`` is 1 to 10."""
    order = np.argsort(expected, kind="stable")
    groups = [group for group in np.array_split(order, TENTHS) if len(group)]
    return tuple(_part(str(at), actual, expected, group) for at, group in enumerate(groups, 1))


def subgroups(actual: Floats, expected: Floats, codes: Ints, levels: Sequence[str]) -> tuple[Part, ...]:
    """A part for each level of a covariate that somebody has; code -1 is ``missing``."""
    names = dict(enumerate(levels)) | {-1: "missing"}
    return tuple(
        _part(names[int(code)], actual, expected, np.flatnonzero(codes == code)) for code in np.unique(codes)
    )


def _part(level: str, actual: Floats, expected: Floats, chosen: NDArray[np.intp]) -> Part:
    seen, foreseen = float(actual[chosen].mean()), float(expected[chosen].mean())
    tells = abs(seen) > 0.1 * float(actual.std()) and seen != 0
    return Part(level, len(chosen), seen, foreseen, foreseen / seen if tells else None)
