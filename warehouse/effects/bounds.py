"""Worst and best case: between which values a figure lies whatever became of the people not measured.

No assumption but that values stay within the measure's range (Manski 1990). Where many are missing the two
ends lie far apart, and that is what such a figure is worth.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Bounds:
    """A figure if everybody missing had fared as badly, and as well, as can be; one position per figure."""

    worst: Floats
    best: Floats


def extremes(baselines: Floats, low: Floats, high: Floats, higher_is_better: Flags) -> Bounds:
    """The worst and the best possible improvement (more is better, in the unit) of each person.

    From the baseline to the ends of the measure's range; without a baseline (NaN) the whole range, either
    way.
    """
    whole = high - low
    up = np.where(np.isnan(baselines), whole, high - baselines)
    down = np.where(np.isnan(baselines), whole, baselines - low)
    return Bounds(-np.where(higher_is_better, down, up), np.where(higher_is_better, up, down))


def mean_bounds(improvements: Floats, extreme: Bounds) -> Bounds:
    """Bounds of the mean improvement of everybody who started; ``improvements``: NaN where not measured."""
    missing = np.isnan(improvements)
    ends = (np.where(missing, end, improvements).mean() for end in (extreme.worst, extreme.best))
    return Bounds(*(np.array([float(end)]) for end in ends))


def share_bounds(improved: Floats, judged: Floats, missing: Floats) -> Bounds:
    """Bounds of shares improved (0-1): of those missing nobody improved, or everybody did.

    NaN where nobody was judged: without a threshold nobody could have improved.
    """
    people = np.where(judged > 0, judged + missing, np.nan)
    return Bounds(improved / people, (improved + missing) / people)
