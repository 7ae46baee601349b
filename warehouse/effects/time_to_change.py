"""Time to an important change, with discharge without it as a competing event: the Aalen-Johansen estimator.

Discharge is no censoring: who was sent home without the change will not have it in this course of care.
Counting such people as still on their way (Kaplan-Meier) would tell too many changes. Only who is still
being treated at the end of the record is censored.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from warehouse.effects.intervals import z_quantile

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Days:
    """People by the day on which their story ends, in rising order of ``days`` after time zero.

    ``changed``: an important change; ``left``: discharged without; ``censored``: still under way.
    """

    days: Ints
    changed: Floats
    left: Floats
    censored: Floats


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence at the days asked for: at risk, change, its standard error, discharge, area.

    ``at_risk``: people neither changed, discharged nor censored before that day. ``area``: mean days that a
    person has had the change by then, the area under the curve (restricted mean time; Andersen 2013).
    """

    at_risk: Floats
    changed: Floats
    error: Floats
    left: Floats
    area: Floats


def cumulative_incidence(people: Days, at: Ints) -> Incidence:
    """Aalen-Johansen incidence of change and of discharge at the days ``at``.

    Whoever is censored on a day counts as at risk on it. The variance is the one of the delta method
    (Marubini and Valsecchi 1995, 10.2; Pintilie 2006, 4.2).
    """
    gone = people.changed + people.left
    at_risk = (gone + people.censored)[::-1].cumsum()[::-1]
    known = np.maximum(at_risk, 1.0)
    after = np.cumprod(1 - gone / known)
    before = np.concatenate([[1.0], after[:-1]])
    changed, left = np.cumsum(before * people.changed / known), np.cumsum(before * people.left / known)
    place = np.searchsorted(people.days, at, side="right")
    upto = [np.concatenate([[0.0], one])[place] for one in (changed, left)]
    variance = np.concatenate([[0.0], _variance(people, known, before, changed)])[place]
    left_behind = np.concatenate([at_risk, [0.0]])[np.searchsorted(people.days, at, side="left")]
    area = _area(people.days, changed, at)
    return Incidence(left_behind, upto[0], np.sqrt(np.maximum(variance, 0.0)), upto[1], area)


def interval(share: Floats, error: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Ends of the interval on the scale log(-log), so that they stay within 0 and 1; NaN without spread."""
    usable = (share > 0) & (share < 1) & (error > 0)
    inner = np.where(usable, share, 0.5)
    stretch = z_quantile(level) * np.where(usable, error, np.nan) / (inner * np.abs(np.log(inner)))
    return inner ** np.exp(stretch), inner ** np.exp(-stretch)


def _variance(people: Days, n: Floats, before: Floats, changed: Floats) -> Floats:
    """The variance of the incidence of change on each day, from sums over the days until then."""
    own, gone = people.changed, people.changed + people.left
    # On the day on which nobody is left behind, nothing lies ahead either.
    first = np.where(n > gone, gone / (n * np.maximum(n - gone, 1.0)), 0.0)
    second, third = before**2 * own * (n - own) / n**3, before * own / n**2
    ahead = changed**2 * first.cumsum() - 2 * changed * (changed * first).cumsum()
    crossed = changed * third.cumsum() - (changed * third).cumsum()
    total: Floats = ahead + (changed**2 * first).cumsum() + second.cumsum() - 2 * crossed
    return total


def _area(days: Ints, changed: Floats, at: Ints) -> Floats:
    """The area under the step curve from day 0 to each of ``at``, in days."""
    steps = np.diff(np.concatenate([[0.0], changed]))
    waited = np.maximum(at[:, None].astype(float) - days[None, :], 0.0)
    return np.asarray(waited @ steps, dtype=float)
