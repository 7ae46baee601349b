"""Who was likely to get which program: propensity, overlap weights, and how alike the arms are then."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

RIDGE: Final = 1e-3
"""Penalty on standardised coefficients; it only matters where the arms are separated."""
STEPS: Final = 60


def propensity(design: Floats, treated: Flags, ridge: float = RIDGE) -> Floats:
    """Chance of the first program given the design (first column the constant), by penalised Newton."""
    return fitted_chance(design, treated, ridge)[0]


def fitted_chance(design: Floats, happened: Flags, ridge: float = RIDGE) -> tuple[Floats, bool]:
    """Chance that it happened to each person, given the design; and whether the fit came to rest."""
    target = happened.astype(float)
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 0.0
    coefficients = np.zeros(design.shape[1])
    rests = False
    for _ in range(STEPS):
        chance = _logistic(design @ coefficients)
        gradient = design.T @ (target - chance) - penalty * coefficients
        spread = np.maximum(chance * (1 - chance), 1e-9)
        step = np.linalg.solve((design * spread[:, None]).T @ design + np.diag(penalty + 1e-10), gradient)
        coefficients = coefficients + step * min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-12))
        rests = float(np.abs(step).max()) < 1e-9
        if rests:
            break
    return _logistic(design @ coefficients), rests


def overlap_weights(chance: Floats, treated: Flags) -> Floats:
    """Weights that count a person by the chance of the other program (Li, Morgan & Zaslavsky)."""
    return np.where(treated, 1 - chance, chance)


def effective_size(weights: Floats) -> float:
    """Kish's effective number of people behind the weights."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def mean_differences(columns: Floats, treated: Flags, weights: Floats) -> Floats:
    """Standardised mean difference of each column between the arms; the spread is the unweighted one."""
    first, second = columns[treated], columns[~treated]
    spread = np.sqrt((first.var(axis=0) + second.var(axis=0)) / 2)
    gap = np.average(first, axis=0, weights=weights[treated]) - np.average(
        second, axis=0, weights=weights[~treated]
    )
    unusable = spread < 1e-12
    return np.where(unusable, np.where(np.abs(gap) < 1e-9, 0.0, np.inf), gap / np.where(unusable, 1, spread))


def variance_ratio(column: Floats, treated: Flags, weights: Floats) -> float:
    """Weighted variance of a column in the first arm over that in the second."""
    first = _variance(column[treated], weights[treated])
    second = _variance(column[~treated], weights[~treated])
    return first / second if second > 0 else np.inf


def _variance(column: Floats, weights: Floats) -> float:
    centre = np.average(column, weights=weights)
    return float(np.average((column - centre) ** 2, weights=weights))


def _logistic(score: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -35, 35))), dtype=float)
