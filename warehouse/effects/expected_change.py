"""Expected change from case-mix: ridge regression with a random intercept per clinic, fitted out of fold.

The clinic's own level is kept out of the expectation: otherwise the case-mix of a good clinic would be
credited with what the clinic did. Patients of the fold that is predicted have no part in the fit.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]

from warehouse.effects.case_mix import COVARIATES, FOLDS, KNOTS, Columns, design_of
from warehouse.effects.shrinkage import between_variance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SMALLEST_FIT: Final = 50
"""With fewer people measured there is no model, and nobody is expected anything; a proposal."""
PENALTIES: Final = (1.0, 10.0, 100.0, 1_000.0, 10_000.0)
"""The ridge penalty with the smallest out-of-fold error within clinics is taken; the last is nearly flat."""
RECIPE: Final = ("ridge, random intercept by clinic", COVARIATES, KNOTS, FOLDS, PENALTIES, SMALLEST_FIT)


def model_version() -> str:
    """The name of the recipe: it changes with the covariates, knots, folds or penalties."""
    return f"case_mix.{hashlib.sha256(repr(RECIPE).encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class _Sums:
    """Cross-products of people (constant first), and per clinic: people, sums of columns and outcome."""

    square: Floats
    product: Floats
    total: float
    people: Floats
    columns: Floats
    outcome: Floats

    def __sub__(self, other: "_Sums") -> "_Sums":
        return _Sums(
            self.square - other.square,
            self.product - other.product,
            self.total - other.total,
            self.people - other.people,
            self.columns - other.columns,
            self.outcome - other.outcome,
        )

    def demeaned(self, share: Floats) -> tuple[Floats, Floats]:
        """Cross-products after ``share`` (0-1) of each clinic's mean is taken off its people."""
        there = self.people > 0
        weight = (2 * share[there] - share[there] ** 2) / self.people[there]
        columns, outcome = self.columns[there], self.outcome[there]
        square = self.square - (columns * weight[:, None]).T @ columns
        return square, self.product - (columns * weight[:, None]).T @ outcome


def expected_change(columns: Columns, change: Floats, clinics: Ints, folds: Ints) -> Floats:
    """The expected change of each person, in the unit of ``change``; NaN for all where people are few.

    ``clinics`` are codes from 0, ``folds`` come from ``case_mix.fold_of``.
    """
    if len(change) < SMALLEST_FIT or len(np.unique(folds)) < 2:
        return np.full(len(change), np.nan)
    _, matrix = design_of(columns)
    full = np.column_stack([np.ones(len(change)), matrix])
    parts = {int(one): _sums(full, change, clinics, folds == one) for one in np.unique(folds)}
    found = [_out_of_fold(full, folds, parts, penalty) for penalty in PENALTIES]
    errors = [_error_within(change - one, clinics) for one in found]
    return found[int(np.argmin(errors))]


def _error_within(rest: Floats, clinics: Ints) -> float:
    """Squared error around each clinic's own mean: what a clinic achieves must not choose the penalty."""
    people = np.maximum(np.bincount(clinics), 1)
    return float(((rest - (np.bincount(clinics, rest) / people)[clinics]) ** 2).sum())


def _out_of_fold(full: Floats, folds: Ints, parts: dict[int, _Sums], penalty: float) -> Floats:
    expected = np.empty(len(full))
    whole = _added(list(parts.values()))
    for fold, held_out in parts.items():
        chosen = folds == fold
        expected[chosen] = full[chosen] @ _coefficients(whole - held_out, penalty)
    return expected


def _coefficients(sums: _Sums, penalty: float) -> Floats:
    """Feasible generalised least squares of the random-intercept model (Swamy and Arora 1972), ridged.

    First the slopes within clinics, which no clinic's level can touch; their residuals give the variance
    within and between clinics; then each clinic's mean is taken off by its share of the two.
    """
    width = len(sums.product)
    ridge = penalty * np.eye(width)
    ridge[0, 0] = 0.0
    square, product = sums.demeaned(np.ones(len(sums.people)))
    inner = np.linalg.solve(square[1:, 1:] + ridge[1:, 1:], product[1:]) if width > 1 else np.empty(0)
    there = sums.people > 0
    people, clinics = sums.people[there], int(there.sum())
    centred = sums.total - float((sums.outcome[there] ** 2 / people).sum())
    rest = centred - 2 * float(inner @ product[1:]) + float(inner @ square[1:, 1:] @ inner)
    within = rest / max(1.0, float(people.sum()) - clinics)
    levels: Floats = (sums.outcome[there] - sums.columns[there, 1:] @ inner) / people
    between = between_variance(levels, people, within)
    share: Floats = np.zeros(len(sums.people))
    share[there] = 1 - np.sqrt(within / np.maximum(within + people * between, 1e-300))
    square, product = sums.demeaned(share)
    found: Floats = np.asarray(np.linalg.solve(square + ridge, product), dtype=float)
    return found


def _sums(full: Floats, change: Floats, clinics: Ints, chosen: NDArray[np.bool_]) -> _Sums:
    x, y, codes = full[chosen], change[chosen], clinics[chosen]
    groups = int(clinics.max()) + 1
    member = sparse.csr_matrix((np.ones(len(y)), (codes, np.arange(len(y)))), shape=(groups, len(y)))
    people = np.bincount(codes, minlength=groups).astype(float)
    return _Sums(x.T @ x, x.T @ y, float(y @ y), people, np.asarray(member @ x), np.asarray(member @ y))


def _added(parts: list[_Sums]) -> _Sums:
    return _Sums(
        sum((one.square for one in parts), np.zeros_like(parts[0].square)),
        sum((one.product for one in parts), np.zeros_like(parts[0].product)),
        sum(one.total for one in parts),
        sum((one.people for one in parts), np.zeros_like(parts[0].people)),
        sum((one.columns for one in parts), np.zeros_like(parts[0].columns)),
        sum((one.outcome for one in parts), np.zeros_like(parts[0].outcome)),
    )
