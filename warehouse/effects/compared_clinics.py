"""Clinics beside what was expected of them, in one indicator: shrunk, in a funnel, gated; no ranks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from warehouse.effects.comparability import OfClinic, OfIndicator, of_clinic, of_indicator
from warehouse.effects.funnel import Z95, Z998, Place, dispersion, half_width, place
from warehouse.effects.shrinkage import between_variance, people_needed, reliability, shrink, within_variance

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Clinic:
    """A clinic's people within an indicator: due, measured, and the mean and variance of their residuals.

    ``residual`` is None where nothing could be expected, ``variance`` (divisor n - 1) with one person.
    """

    name: str
    started: int
    measured: int
    residual: float | None
    variance: float | None


@dataclass(frozen=True)
class Compared:
    """What can be said of a clinic, in the unit of the measure; None where it cannot.

    ``inner`` and ``outer`` are the half-widths of the 95 % and 99.8 % funnel limits at its n.
    """

    name: str
    standard_error: float | None = None
    reliability: float | None = None
    shrunk: float | None = None
    low: float | None = None
    high: float | None = None
    inner: float | None = None
    outer: float | None = None
    flag: Place | None = None
    gate: OfClinic = "no_model"
    indicator_gate: OfIndicator = "no_model"
    within: float | None = None
    between: float | None = None
    people_needed: float | None = None
    phi: float | None = None
    added: float | None = None


def compare_clinics(clinics: Sequence[Clinic]) -> tuple[Compared, ...]:
    """The clinics of one indicator, in the order given.

    Variances are estimated from the comparable clinics alone. A flag is given to comparable clinics among
    enough others; where the indicator does not tell clinics apart, only beyond the 99.8 % limits.
    """
    gates = [of_clinic(one.measured, one.started, one.residual is not None) for one in clinics]
    known = [one for one, gate in zip(clinics, gates, strict=True) if gate == "comparable"]
    if all(one.residual is None for one in clinics):
        return tuple(Compared(one.name) for one in clinics)
    people, means = _numbers(known)
    within = within_variance(people, np.array([one.variance or 0.0 for one in known]))
    between = between_variance(means, people, within)
    spread = dispersion(means, people, within)
    told = Compared(
        "",
        indicator_gate=of_indicator(reliability(between, within, people), between, True),
        within=within,
        between=between,
        people_needed=people_needed(between, within),
        phi=spread.phi,
        added=spread.variance,
    )
    named = [replace(told, name=one.name, gate=gate) for one, gate in zip(clinics, gates, strict=True)]
    return _placed(clinics, named, len(known)) if within > 0 else tuple(named)


def _placed(clinics: Sequence[Clinic], told: Sequence[Compared], among: int) -> tuple[Compared, ...]:
    """Limits, shrunk estimate and flag of every clinic with a residual."""
    within, between, added = told[0].within or 0.0, told[0].between or 0.0, told[0].added or 0.0
    people, means = _numbers(clinics)
    found = shrink(means, people, within, between, among)
    inner, outer = (half_width(people, within, added, z) for z in (Z95, Z998))
    errors = np.sqrt(within / np.maximum(people, 1e-12))
    return tuple(
        replace(
            one,
            standard_error=float(errors[at]),
            reliability=float(found.reliability[at]),
            shrunk=float(found.estimate[at]),
            low=float(found.low[at]),
            high=float(found.high[at]),
            inner=float(inner[at]),
            outer=float(outer[at]),
            flag=_flag(float(means[at]), float(inner[at]), float(outer[at]), one),
        )
        if clinics[at].residual is not None and clinics[at].measured > 0
        else one
        for at, one in enumerate(told)
    )


def _flag(residual: float, inner: float, outer: float, told: Compared) -> Place | None:
    if told.gate != "comparable" or told.indicator_gate in ("too_few_clinics", "no_model"):
        return None
    return place(residual, inner if told.indicator_gate == "tells_apart" else outer, outer)


def _numbers(clinics: Sequence[Clinic]) -> tuple[Floats, Floats]:
    people = np.array([float(one.measured) for one in clinics])
    return people, np.array([one.residual or 0.0 for one in clinics])
