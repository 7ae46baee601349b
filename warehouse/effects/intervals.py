"""Intervals for a mean and for a share."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats  # type: ignore[import-untyped]


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval (or another level), in the unit of what was measured."""

    estimate: float
    low: float
    high: float


def mean_interval(values: Sequence[float], level: float = 0.95) -> Interval | None:
    """Student's t interval of a mean; None with fewer than two values."""
    sample = np.asarray(values, dtype=float)
    if len(sample) < 2:
        return None
    half = t_quantile(level, len(sample) - 1) * float(sample.std(ddof=1)) / math.sqrt(len(sample))
    centre = float(sample.mean())
    return Interval(centre, centre - half, centre + half)


def share_interval(count: int, total: int, level: float = 0.95) -> Interval | None:
    """Wilson's interval of a share (0-1); None without anybody."""
    if total <= 0:
        return None
    z = z_quantile(level)
    share = count / total
    scale = 1 + z * z / total
    centre = (share + z * z / (2 * total)) / scale
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / scale
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))


def t_quantile(level: float, degrees: float) -> float:
    """The two-sided Student quantile of an interval at that level."""
    return float(stats.t.ppf(0.5 + level / 2, degrees))


def z_quantile(level: float) -> float:
    """The two-sided normal quantile of an interval at that level."""
    return float(stats.norm.ppf(0.5 + level / 2))
