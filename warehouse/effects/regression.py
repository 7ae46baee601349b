"""Least squares with intervals that hold under unequal spread (HC3) and within therapists (clustered)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from warehouse.effects.intervals import Interval, t_quantile

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Fit:
    """Coefficients, their covariance, the degrees of freedom of their t and the name of the method."""

    coefficients: Floats
    covariance: Floats
    degrees: float
    method: str

    def interval(self, position: int, level: float = 0.95) -> Interval:
        """The coefficient at that position with its interval."""
        estimate = float(self.coefficients[position])
        half = t_quantile(level, self.degrees) * self.standard_error(position)
        return Interval(estimate, estimate - half, estimate + half)

    def standard_error(self, position: int) -> float:
        """Standard error of the coefficient at that position."""
        return float(np.sqrt(max(self.covariance[position, position], 0.0)))


def independent_columns(design: Floats) -> list[int]:
    """Positions of columns that are no combination of the columns before them."""
    kept: list[int] = []
    basis = np.empty((len(design), 0))
    for position in range(design.shape[1]):
        column = design[:, position]
        left = column - basis @ (basis.T @ column)
        left = left - basis @ (basis.T @ left)
        length = float(np.linalg.norm(left))
        if length > 1e-8 * max(1.0, float(np.linalg.norm(column))):
            basis = np.column_stack([basis, left / length])
            kept.append(position)
    return kept


def fit_hc3(design: Floats, outcome: Floats, weights: Floats | None = None) -> Fit:
    """(Weighted) least squares with the HC3 covariance; ``design`` has full column rank."""
    root = np.ones(len(outcome)) if weights is None else np.sqrt(weights)
    x, y = design * root[:, None], outcome * root
    bread, coefficients = _solve(x, y)
    leverage = np.minimum(np.einsum("ij,jk,ik->i", x, bread, x), 1 - 1e-8)
    scores = x * ((y - x @ coefficients) / (1 - leverage))[:, None]
    return Fit(coefficients, bread @ (scores.T @ scores) @ bread, _degrees(design), "HC3")


def fit_clustered(design: Floats, outcome: Floats, clusters: Codes) -> Fit:
    """Least squares with a covariance clustered by ``clusters`` (small-sample factor, t with G-1)."""
    bread, coefficients = _solve(design, outcome)
    residuals = outcome - design @ coefficients
    labels = np.unique(clusters)
    sums = np.array([design[clusters == label].T @ residuals[clusters == label] for label in labels])
    groups, people, width = len(labels), len(outcome), design.shape[1]
    factor = groups / (groups - 1) * (people - 1) / (people - width)
    return Fit(coefficients, factor * bread @ (sums.T @ sums) @ bread, groups - 1, "clustered")


def _solve(design: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    bread: Floats = np.asarray(np.linalg.inv(design.T @ design), dtype=float)
    return bread, bread @ design.T @ outcome


def _degrees(design: Floats) -> float:
    return max(1.0, float(design.shape[0] - design.shape[1]))
