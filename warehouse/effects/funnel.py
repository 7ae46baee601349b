"""Funnel limits for the mean residual of a clinic, with over-dispersion (Spiegelhalter 2005)."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
Place = Literal["as_expected", "better", "clearly_better", "worse", "clearly_worse"]

Z95: Final = 1.96
Z998: Final = 3.09
WINSORISED: Final = 0.1
"""Each tail of the z scores is drawn in to this quantile before the over-dispersion is judged."""
SIGNIFICANT: Final = 0.05


@dataclass(frozen=True)
class Dispersion:
    """How far clinics are spread beyond chance.

    ``phi`` is the mean of the winsorised z2, ``p_value`` of the test that it is 1, ``variance`` what is
    added to every clinic's sampling variance (0 where the test finds nothing).
    """

    phi: float
    p_value: float
    variance: float


NONE: Final = Dispersion(1.0, 1.0, 0.0)


def dispersion(means: Floats, people: Floats, within: float) -> Dispersion:
    """Over-dispersion of the clinics' mean residuals around 0.

    z = mean / sqrt(within / people), winsorised at 10 % in each tail; phi = mean z2; under no
    over-dispersion k phi is at most chi2 with k degrees of freedom. Where phi > 1 by that test, the
    additive variance is (k phi - (k - 1)) / (sum w - sum w2 / sum w) with w = people / within.
    """
    count = len(means)
    if count < 2 or within <= 0:
        return NONE
    scores = winsorised(means / np.sqrt(within / people))
    phi = float((scores**2).mean())
    p_value = float(stats.chi2.sf(count * phi, count))
    if phi <= 1 or p_value >= SIGNIFICANT:
        return Dispersion(phi, p_value, 0.0)
    weights = people / within
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    return Dispersion(phi, p_value, max(0.0, (count * phi - (count - 1)) / scale))


def winsorised(scores: Floats, share: float = WINSORISED) -> Floats:
    """Scores beyond the quantiles ``share`` and 1 - ``share`` set to these quantiles."""
    low, high = np.quantile(scores, [share, 1 - share])
    return np.clip(scores, low, high)


def half_width(people: Floats, within: float, added: float, z: float) -> Floats:
    """How far from 0 the limits lie at these numbers of people: z sqrt(within / people + added)."""
    found: Floats = z * np.sqrt(within / np.maximum(people, 1e-12) + added)
    return found


def place(mean: float, inner: float, outer: float) -> Place:
    """Where a mean residual lies by the 95 % (``inner``) and the 99.8 % (``outer``) half-widths."""
    if abs(mean) <= inner:
        return "as_expected"
    if mean > 0:
        return "clearly_better" if mean > outer else "better"
    return "clearly_worse" if mean < -outer else "worse"
