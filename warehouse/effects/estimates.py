"""The estimates of a comparison: crude, adjusted, and weighted for overlap."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from warehouse.effects.covariates import Design, design_of
from warehouse.effects.intervals import Interval, t_quantile
from warehouse.effects.population import Population
from warehouse.effects.propensity import (
    effective_size,
    mean_differences,
    overlap_weights,
    propensity,
    variance_ratio,
)
from warehouse.effects.protocol import Protocol
from warehouse.effects.regression import Fit, fit_clustered, fit_hc3, independent_columns

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SMALLEST_CLUSTERS: Final = 20
"""Below so many therapists a clustered interval is not to be trusted; a proposal."""
PROGRAM: Final = 1
"""Position of the program's column in the design of the regression."""


@dataclass(frozen=True)
class Weighing:
    """The arms weighted for overlap. ``before`` and ``after`` are standardised mean differences by column."""

    design: Design
    treated: Flags
    chance: Floats
    weights: Floats
    before: Floats
    after: Floats

    def effective(self, first: bool) -> float:
        """Effective number of people of the first or the second program."""
        return effective_size(self.weights[self.treated == first])


@dataclass(frozen=True)
class Estimates:
    """Differences in mean improvement, first program minus second, in the measure's unit."""

    crude: Interval
    adjusted: Interval
    weighted: Interval
    standard_error: float
    method: str


def weigh(population: Population, protocol: Protocol) -> Weighing:
    """Propensity and overlap weights of the measured people."""
    design = design_of(population.columns(protocol.covariates), protocol.covariates)
    treated = population.treated(protocol)
    full = np.column_stack([np.ones(len(treated)), design.columns])
    chance = propensity(full[:, independent_columns(full)], treated)
    weights = overlap_weights(chance, treated)
    even = np.ones(len(treated))
    before = mean_differences(design.columns, treated, even)
    return Weighing(
        design, treated, chance, weights, before, mean_differences(design.columns, treated, weights)
    )


def second_look(weighing: Weighing) -> dict[str, float]:
    """What the gates observe after weighting."""
    differences = np.abs(weighing.after)
    ratio = _baseline_ratio(weighing)
    inside = (weighing.chance >= 0.1) & (weighing.chance <= 0.9)
    return {
        "share_in_overlap": float(inside.mean()),
        "smallest_effective_size": min(weighing.effective(True), weighing.effective(False)),
        "largest_difference": float(differences.max()) if len(differences) else 0.0,
        "largest_variance_ratio": max(ratio, 1 / ratio) if ratio > 0 else float("inf"),
    }


def _baseline_ratio(weighing: Weighing) -> float:
    if "baseline" not in weighing.design.names:
        return 1.0
    column = weighing.design.columns[:, weighing.design.names.index("baseline")]
    return variance_ratio(column, weighing.treated, weighing.weights)


def estimate(population: Population, protocol: Protocol, weighing: Weighing) -> Estimates:
    """Analysis of covariance of the follow-up value, with the crude and the weighted difference beside it."""
    outcome = protocol.sign * population.numbers("follow_up")
    improvement = outcome - protocol.sign * population.numbers("baseline")
    treated = weighing.treated
    full = np.column_stack([np.ones(len(treated)), treated.astype(float), weighing.design.columns])
    design = full[:, independent_columns(full)]
    fit = _widest([fit_hc3(design, outcome), *_clustered(design, outcome, population)], protocol.level)
    weighted = fit_hc3(design, outcome, weighing.weights)
    return Estimates(
        crude=difference_in_means(improvement[treated], improvement[~treated], protocol.level),
        adjusted=fit.interval(PROGRAM, protocol.level),
        weighted=weighted.interval(PROGRAM, protocol.level),
        standard_error=fit.standard_error(PROGRAM),
        method=fit.method,
    )


def third_look(estimates: Estimates) -> dict[str, float]:
    """What the gates observe once the estimates are there."""
    apart = abs(estimates.adjusted.estimate - estimates.weighted.estimate)
    return {"estimators_apart": apart / max(estimates.standard_error, 1e-12)}


def difference_in_means(first: Floats, second: Floats, level: float = 0.95) -> Interval:
    """Welch's interval of the difference of two means."""
    spread = [float(arm.var(ddof=1)) / len(arm) for arm in (first, second)]
    variance = sum(spread)
    lengths = (len(first), len(second))
    below = sum(part**2 / (n - 1) for part, n in zip(spread, lengths, strict=True))
    degrees = variance**2 / below if below > 0 else float(sum(lengths) - 2)
    centre = float(first.mean() - second.mean())
    half = t_quantile(level, degrees) * sqrt(variance)
    return Interval(centre, centre - half, centre + half)


def _clustered(design: Floats, outcome: Floats, population: Population) -> list[Fit]:
    """The fit clustered by therapist, where there are enough of them and everybody has one."""
    therapists: Sequence[Any] = [row.get("therapist") for row in population.measured]
    if any(therapist is None for therapist in therapists):
        return []
    labels, codes = np.unique(np.array([str(one) for one in therapists]), return_inverse=True)
    if len(labels) < SMALLEST_CLUSTERS:
        return []
    return [fit_clustered(design, outcome, np.asarray(codes, dtype=np.int64))]


def _widest(fits: Sequence[Fit], level: float) -> Fit:
    def width(fit: Fit) -> float:
        interval = fit.interval(PROGRAM, level)
        return interval.high - interval.low

    return max(fits, key=width)
