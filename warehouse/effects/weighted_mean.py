"""Means over people with weights for drop-out: their intervals, and when they are not told."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
Why = Literal["nobody_measured", "few_effective", "one_weight_dominates"]

SMALLEST_EFFECTIVE: Final = 10.0
"""Effective people behind a weighted figure; with fewer it is not told. A proposal."""
LARGEST_SHARE: Final = 0.2
"""Share of all weight that one person may carry. A proposal."""


@dataclass(frozen=True)
class Sums:
    """Sums over the people measured in each cell, of weight w and value y; one position per cell.

    ``people`` 1, ``weight`` w, ``squares`` w², ``product`` wy, ``square_product`` w²y, ``square_squares``
    w²y², ``largest`` the largest w.
    """

    people: Floats
    weight: Floats
    squares: Floats
    product: Floats
    square_product: Floats
    square_squares: Floats
    largest: Floats


@dataclass(frozen=True)
class WeightedMeans:
    """By cell: mean and interval (NaN where not told), effective people, largest share of weight, why not."""

    estimate: Floats
    low: Floats
    high: Floats
    effective: Floats
    largest_share: Floats
    why: list[Why | None]


def sums_of(values: Floats, weights: Floats) -> Sums:
    """The sums of one cell."""
    squares = weights**2
    parts = (len(values), weights.sum(), squares.sum(), weights @ values, squares @ values)
    last = (squares @ values**2, weights.max(initial=0.0))
    return Sums(*(np.array([float(one)]) for one in (*parts, *last)))


def weighted_means(sums: Sums, level: float = 0.95) -> WeightedMeans:
    """Weighted means (Hájek 1971) in the unit of the values, with robust intervals.

    The standard error takes the weights as known. As they are estimated, it is conservative: the interval
    is as wide as or wider than it had to be (Robins, Rotnitzky and Zhao 1994; Lunceford and Davidian 2004).
    Student's t with the effective number of people (Kish) less one.
    """
    weight = np.where(sums.weight > 0, sums.weight, np.nan)
    effective = np.nan_to_num(weight**2 / sums.squares)
    share = sums.largest / weight
    why = [_why(*one) for one in zip(sums.people, effective, share, strict=True)]
    told = np.array([one is None for one in why], dtype=bool)
    centre = np.where(told, sums.product / weight, np.nan)
    spread = sums.square_squares - 2 * centre * sums.square_product + centre**2 * sums.squares
    small_sample = sums.people / np.maximum(sums.people - 1, 1.0)
    error = np.sqrt(np.maximum(spread, 0.0) * small_sample) / weight
    half = stats.t.ppf(0.5 + level / 2, np.where(told, effective - 1, np.nan)) * error
    return WeightedMeans(centre, centre - half, centre + half, effective, np.nan_to_num(share), why)


def _why(people: float, effective: float, share: float) -> Why | None:
    if not people > 0:
        return "nobody_measured"
    if not effective >= SMALLEST_EFFECTIVE:
        return "few_effective"
    return "one_weight_dominates" if share > LARGEST_SHARE else None
