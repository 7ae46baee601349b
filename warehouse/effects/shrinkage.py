"""Empirical Bayes for clinics: variance within and between, reliability, shrunk estimates with intervals."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RELIABLE: Final = 0.7
"""The reliability from which a provider's mean is said to tell providers apart."""
Z95: Final = 1.959963984540054


@dataclass(frozen=True)
class Shrunk:
    """Each clinic's estimate drawn towards the average clinic (0), with its 95 % interval, in the unit."""

    reliability: Floats
    estimate: Floats
    low: Floats
    high: Floats


def within_variance(people: Floats, variances: Floats) -> float:
    """The pooled variance of people within clinics; 0 where no clinic has two.

    ``variances`` are the sample variances (divisor n - 1) of each clinic's residuals.
    """
    degrees = np.maximum(people - 1, 0.0)
    if degrees.sum() <= 0:
        return 0.0
    return float((degrees * np.nan_to_num(variances)).sum() / degrees.sum())


def between_variance(means: Floats, people: Floats, within: float) -> float:
    """The variance of true clinic means, not below 0 (DerSimonian and Laird 1986).

    tau2 = (Q - (k - 1)) / (sum w - sum w2 / sum w) with w = people / within and Q the weighted sum of
    squares around the weighted mean of the k clinics.
    """
    if len(means) < 2 or within <= 0:
        return 0.0
    weights = people / within
    total = float(weights.sum())
    centre = float(weights @ means) / total
    spread = float(weights @ (means - centre) ** 2)
    scale = total - float((weights**2).sum()) / total
    return max(0.0, (spread - (len(means) - 1)) / scale)


def reliability(between: float, within: float, people: Floats) -> Floats:
    """The share of the variance of observed means that is between clinics: tau2 / (tau2 + sigma2 / n)."""
    if between <= 0:
        return np.zeros(len(people))
    found: Floats = between / (between + within / np.maximum(people, 1e-12))
    return np.where(people > 0, found, 0.0)


def people_needed(between: float, within: float, wanted: float = RELIABLE) -> float | None:
    """People per clinic for a reliability R: R / (1 - R) (1 - ICC) / ICC; None where clinics are alike."""
    if between <= 0:
        return None
    return wanted / (1 - wanted) * within / between


def shrink(means: Floats, people: Floats, within: float, between: float, among: int) -> Shrunk:
    """Empirical-Bayes estimates: reliability times the mean residual, drawn towards what was expected (0).

    The posterior variance V (1 - B), with V the sampling variance and B = 1 -
    reliability, is widened because tau2 itself is estimated from ``among`` clinics: V (1 - cB) + v mean2
    with c = (k - 2) / k and v = 2 / (k - 2) (cB)2 (mean V + tau2) / (V + tau2) (Morris 1983, JASA 78:47,
    for a known centre). Below three clinics the interval is that of the clinic alone.
    """
    trust = reliability(between, within, people)
    sampling = within / np.maximum(people, 1e-12)
    drawn = max(0.0, (among - 2) / among) * (1 - trust) if among else np.zeros(len(means))
    known = sampling * (1 - drawn)
    spread = np.maximum(sampling + between, 1e-300)
    doubt = 2 / max(among - 2, 1) * drawn**2 * (float(sampling.mean()) + between) / spread * means**2
    half = Z95 * np.sqrt(known + doubt)
    estimate = trust * means
    return Shrunk(trust, estimate, estimate - half, estimate + half)
