"""Classes of change: whether one person's change in one measure is real, and whether it matters.

Two gates: a change must exceed measurement error (``mdc``) to be real, and the smallest important
change (``mcid``) to matter. A threshold that is not known is a gate that nobody passes: without an
importance threshold the best class is ``detectable``, without an error threshold it is ``probable``.
A worsening is held to measurement error, or to importance where the error is not known.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal

from contracts.measures.registry import REGISTRY_VERSION, Measure, Threshold, find, thresholds

Kind = Literal[
    "improved",
    "probable",
    "detectable",
    "unchanged",
    "deteriorated",
    "ineligible",
    "unknown",
    "not_classified",
]
KINDS: Final[tuple[Kind, ...]] = (
    "improved",
    "probable",
    "detectable",
    "unchanged",
    "deteriorated",
    "ineligible",
    "unknown",
    "not_classified",
)
ROUNDING: Final = 1e-9
"""Differences of decimal scores carry binary noise; a change this close to a limit reaches it."""


@dataclass(frozen=True)
class Classification:
    """A class of change, the row that decided it (None: no row did) and the limits used, in the unit.

    mdc and mcid are the limits that held for this person: by rater and by baseline.
    """

    kind: Kind
    row: str | None = None
    registry_version: int = REGISTRY_VERSION
    mdc: float | None = None
    mcid: float | None = None


def classify(
    measure: str,
    condition: str | None,
    baseline: float | None,
    follow_up: float | None,
    same_rater: bool | None,
    device_class: str | None,
    muscle_group: str | None = None,
) -> Classification:
    """The class of the change from baseline to follow-up, both in the registry's unit.

    ``unknown`` with one score or none; ``not_classified`` where no verified row is for such a person;
    ``ineligible`` where the baseline leaves no room for an important improvement; see the module.
    Raters that are not known to be the same count as different ones.
    """
    if baseline is None or follow_up is None or not math.isfinite(baseline + follow_up):
        return Classification("unknown")
    known = find(measure)
    row = row_for(measure, condition, baseline, device_class, muscle_group)
    if known is None or row is None:
        return Classification("not_classified")
    return classify_by(row, known, baseline, follow_up, same_rater)


def classify_by(
    row: Threshold, measure: Measure, baseline: float, follow_up: float, same_rater: bool | None
) -> Classification:
    """The class of the change by one threshold, whether or not it is the one in use."""
    mdc, mcid = _mdc(row, baseline, same_rater is True), _mcid(row, baseline)
    if mdc is None and mcid is None:
        return Classification("not_classified")
    kind = _kind(measure, baseline, follow_up, mdc, mcid)
    return Classification(kind, row.row, REGISTRY_VERSION, mdc, mcid)


def at_limit(measure: str, value: float | None) -> Literal["floor", "ceiling"] | None:
    """Whether a value is the lowest or the highest possible one, so that beyond it nothing could be seen.

    None in between, without a value, and for a measure that is not known.
    """
    known = find(measure)
    if known is None or value is None or not math.isfinite(value):
        return None
    if value <= known.low + ROUNDING:
        return "floor"
    return "ceiling" if value >= known.high - ROUNDING else None


def improvement(measure: Measure, baseline: float, follow_up: float) -> float:
    """The change with its sign turned so that more is better, in the measure's unit."""
    return follow_up - baseline if measure.direction == "higher" else baseline - follow_up


def row_for(
    measure: str, condition: str | None, baseline: float, device_class: str | None, muscle_group: str | None
) -> Threshold | None:
    """The most specific verified row for such a person, or None.

    A row that names something this person's data does not say is not for this person. Of two equally
    specific rows the one that comes first in the registry is taken.
    """
    rows = rows_for(measure, condition, baseline, device_class, muscle_group)
    return max((row for row in rows if not row.alternative), key=_specificity, default=None)


def rows_for(
    measure: str, condition: str | None, baseline: float, device_class: str | None, muscle_group: str | None
) -> tuple[Threshold, ...]:
    """Every verified row that is for such a person, alternatives among them; none that nobody checked."""
    known = find(measure)
    if known is None or not known.classifies:
        return ()
    return tuple(
        row
        for row in thresholds(measure)
        if row.status == "verified"
        and (not row.conditions or condition in row.conditions)
        and (not row.muscle_groups or muscle_group in row.muscle_groups)
        and row.device_class in (None, device_class)
        and (row.baseline_low is None or baseline >= row.baseline_low)
        and (row.baseline_high is None or baseline < row.baseline_high)
    )


def _specificity(row: Threshold) -> int:
    stratum = row.baseline_low is not None or row.baseline_high is not None
    return sum((bool(row.conditions), bool(row.muscle_groups), row.device_class is not None, stratum))


def _mdc(row: Threshold, baseline: float, same_rater: bool) -> float | None:
    if same_rater and (row.mdc_same_rater is not None or row.mdc_share_same_rater is not None):
        return _larger(row.mdc_same_rater, row.mdc_share_same_rater, baseline)
    return _larger(row.mdc, row.mdc_share_of_baseline, baseline)


def _mcid(row: Threshold, baseline: float) -> float | None:
    return _larger(row.mcid, row.mcid_share_of_baseline, baseline)


def _larger(amount: float | None, share: float | None, baseline: float) -> float | None:
    """The larger limit; a share of nothing is none."""
    shared = 0.0 if share is None else share * baseline
    limits = [limit for limit in (amount, shared) if limit is not None and limit > ROUNDING]
    return max(limits, default=None)


def _kind(measure: Measure, baseline: float, follow_up: float, mdc: float | None, mcid: float | None) -> Kind:
    """The rule; a limit that is None is never reached by an improvement."""
    important = math.inf if mcid is None else mcid - ROUNDING
    real = math.inf if mdc is None else mdc - ROUNDING
    if _room(measure, baseline) < (important if mcid is not None else real):
        return "ineligible"
    delta = improvement(measure, baseline, follow_up)
    if delta <= -(real if mdc is not None else important):
        return "deteriorated"
    if delta >= max(important, real):
        return "improved"
    if delta >= important:
        return "probable"
    return "detectable" if delta >= real else "unchanged"


def _room(measure: Measure, baseline: float) -> float:
    """How far the score can still move towards better, in the unit."""
    return measure.high - baseline if measure.direction == "higher" else baseline - measure.low
