"""Drop-out: how likely each person who started was to be measured, and the weights that make up for it.

Somebody who was measured although people like them mostly were not stands for those too: the weight is the
inverse of the chance to be measured (Robins, Rotnitzky and Zhao 1995). The chance has two factors, as
people are lost in two steps: having a baseline, from what the opening of the episode says; and being
measured again, from the intake score too. Each is a logistic regression.

What it assumes: among people alike at the start, those who left would have fared as those who stayed.
Where people leave because of progress that nothing at the start foretells, the weighted mean stays as
wrong as the plain one; ``bounds`` hold then too.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from warehouse.effects.case_mix import AT_BASELINE, Columns, Words, design_of, indicators
from warehouse.effects.propensity import fitted_chance

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Why = Literal["too_few", "not_converged", "never_measured"]

SMALLEST_FIT: Final = 50
"""People who started; with fewer there are no weights. A proposal."""
SMALLEST_MEASURED: Final = 20
"""People for whom the step (a baseline, a follow-up) was taken; with fewer there are no weights."""
PEOPLE_PER_COLUMN: Final = 5
"""People of the rarer kind (measured, or not) for each column (Vittinghoff and McCulloch 2007: 5 to 9)."""
SMALLEST_CHANCE: Final = 0.01
"""Somebody with a smaller chance has nobody to stand for them; then there are no weights."""
LARGEST_WEIGHT: Final = 10.0
"""Weights are cut at so many times the usual one, which is started / measured (Cole and Hernán 2008)."""
LARGEST_PLAIN_SHARE: Final = 0.1
"""Share of a figure's people who may come from groups without a model, with the usual weight. A proposal."""
PROGRAM: Final = "program"
ORDER: Final = (
    "baseline",
    "severity",
    "chronicity",
    PROGRAM,
    "baseline_pain",
    "comorbidity_count",
    "prior_surgery",
    "age_band",
    "payer_class",
    "sex",
    "muscle_group",
    "condition",
)
"""Covariates known at time zero, in the order in which they are given up where people are few."""


@dataclass(frozen=True)
class Weights:
    """A weight for everybody who started: for how many people each stands if measured.

    Where there is no model (``why``) it is the same for all: started / measured.
    """

    weights: Floats
    why: Why | None = None


def dropout_weights(columns: Columns, has_baseline: Flags, measured: Flags) -> Weights:
    """Weights, one per person who started, from the ``columns`` of ``ORDER``.

    ``baseline`` (NaN where there is none) and ``baseline_pain`` are numbers, ``comorbidity_count`` too;
    everything else ``Words``. ``measured`` people all have a baseline. Weights of people who were not
    measured say what they would have been; a mean takes those of the measured ones.
    """
    usual = len(measured) / max(1, int(measured.sum()))
    chance = _chance_of_both(columns, has_baseline, measured)
    if isinstance(chance, str):
        return Weights(np.full(len(measured), usual), chance)
    return Weights(np.minimum(1 / chance, LARGEST_WEIGHT * usual))


def _chance_of_both(columns: Columns, has_baseline: Flags, measured: Flags) -> Floats | Why:
    """The chance to have a baseline and to be measured again; without a baseline that of the first alone."""
    if len(measured) < SMALLEST_FIT:
        return "too_few"
    first = _chance({name: one for name, one in columns.items() if name not in AT_BASELINE}, has_baseline)
    if isinstance(first, str):
        return first
    later = _chance(_part(columns, has_baseline), measured[has_baseline])
    if isinstance(later, str):
        return later
    chance = first.copy()
    chance[has_baseline] *= later
    return chance if chance.min() >= SMALLEST_CHANCE else "never_measured"


def _chance(columns: Columns, happened: Flags) -> Floats | Why:
    """The chance of one step for each person, or why it cannot be told."""
    if happened.all():
        return np.ones(len(happened))
    if happened.sum() < SMALLEST_MEASURED:
        return "too_few"
    rarer = int(min(happened.sum(), (~happened).sum()))
    matrix = _design(columns)[:, : rarer // PEOPLE_PER_COLUMN]
    chance, rests = fitted_chance(np.column_stack([np.ones(len(happened)), matrix]), happened)
    return chance if rests else "not_converged"


def _design(columns: Columns) -> Floats:
    """Columns of the design, those first that are kept longest; the curve of the intake score comes last."""
    names, matrix = design_of({name: one for name, one in columns.items() if name != PROGRAM})
    parts = dict(zip(names, matrix.T, strict=True))
    program = columns.get(PROGRAM)
    if isinstance(program, Words):
        parts |= indicators(PROGRAM, program)
    kept = sorted(parts, key=lambda name: ("bend" in name, ORDER.index(name.split(":")[0])))
    count = len(matrix)
    return np.column_stack([parts[name] for name in kept]) if kept else np.empty((count, 0))


def _part(columns: Columns, chosen: Flags) -> Columns:
    return {
        name: Words(one.codes[chosen], one.levels) if isinstance(one, Words) else one[chosen]
        for name, one in columns.items()
    }
