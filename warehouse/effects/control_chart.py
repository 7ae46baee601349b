"""Individuals and moving-range (XmR) control charts in the manner of Making Data Count.

The rules are those of the R package NHSRplotthedots 0.2.2 with its default screening of outlying ranges.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Signal = Literal["outside", "trend", "two_of_three", "shift"]

WIDTH: Final = 2.66
"""Limits lie so many mean moving ranges from the centre (3 / 1.128)."""
OUTLYING: Final = 3.267
"""A moving range of so many means or more is left out, once, and the mean taken again."""
NEAR: Final = 2 / 3
"""Beyond this share of the way to a limit a point is near it."""
RUN: Final = 7
"""So many points make a trend or a shift."""
SMALLEST_POINT: Final = 10
"""A mean of fewer people is not charted: it would swing by chance alone. A proposal."""
FIRM: Final = 12
"""With fewer points the limits are on trial."""


@dataclass(frozen=True)
class Chart:
    """Centre and limits in the unit of the points, and the first rule that each point breaks (or None).

    Without two points there are no limits; they are NaN then.
    """

    centre: float
    low: float
    high: float
    is_trial: bool
    signals: tuple[Signal | None, ...]
    points: tuple[float, ...]

    def side(self, position: int) -> str:
        """Whether a point lies ``above`` or ``below`` the centre."""
        return "above" if self.points[position] > self.centre else "below"


def control_chart(points: Sequence[float], baseline: int | None = None) -> Chart:
    """The chart of points in their order; ``baseline`` is how many of the first set the limits (all)."""
    values = np.asarray(points, dtype=float)
    known = values[:baseline]
    if len(values) == 0:
        return Chart(np.nan, np.nan, np.nan, True, (), ())
    centre = float(known.mean())
    reach = WIDTH * mean_moving_range(known)
    signals = _signals(values, centre, reach) if not np.isnan(reach) else [None] * len(values)
    shown = tuple(float(one) for one in values)
    return Chart(centre, centre - reach, centre + reach, len(known) < FIRM, tuple(signals), shown)


def mean_moving_range(values: Floats) -> float:
    """The mean of the steps between neighbours, without steps of 3.267 means or more; NaN below two points.

    Where every step is the same or zero, nothing is left out.
    """
    steps = np.abs(np.diff(values))
    if len(steps) == 0:
        return float("nan")
    kept = steps[steps < OUTLYING * steps.mean()]
    return float(kept.mean()) if len(kept) else float(steps.mean())


def _signals(values: Floats, centre: float, reach: float) -> list[Signal | None]:
    """The rules in the order of their precedence; the first that a point breaks is told."""
    sides = np.sign(values - centre)
    outside = (values > centre + reach) | (values < centre - reach)
    near = ~outside & (np.abs(values - centre) > NEAR * reach)
    broken: tuple[tuple[Signal, Flags], ...] = (
        ("outside", outside),
        ("trend", _trend(values)),
        ("two_of_three", _two_of_three(near, sides)),
        ("shift", _shift(sides)),
    )
    return [next((rule for rule, flags in broken if flags[at]), None) for at in range(len(values))]


def _trend(values: Floats) -> Flags:
    """Points of seven in a row that only rise or only fall."""
    steps = np.sign(np.diff(values))
    found = np.zeros(len(values), dtype=bool)
    for start in range(len(values) - RUN + 1):
        run = steps[start : start + RUN - 1]
        if (run == 1).all() or (run == -1).all():
            found[start : start + RUN] = True
    return found


def _shift(sides: Floats) -> Flags:
    """Points of seven in a row on one side of the centre; one on it breaks the row."""
    found = np.zeros(len(sides), dtype=bool)
    for start in range(len(sides) - RUN + 1):
        if abs(sides[start : start + RUN].sum()) == RUN:
            found[start : start + RUN] = True
    return found


def _two_of_three(near: Flags, sides: Floats) -> Flags:
    """Points near a limit of which two lie among three in a row on one side; the third is not told of."""
    found = np.zeros(len(near), dtype=bool)
    for start in range(len(near) - 2):
        chosen = slice(start, start + 3)
        if near[chosen].sum() >= 2 and abs(sides[chosen].sum()) == 3:
            found[chosen] |= near[chosen]
    return found
