"""The patients of one cell: who they are, which program they get and why, and how they recover."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ingest.simulator.size import Size
from ingest.simulator.truth import EFFECT_DAY, Cell, Clinic, Course

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHRONICITIES = ("acute", "subacute", "chronic")
AGES = ("18-29", "30-39", "40-49", "50-59", "60-69", "70-79")
SEXES = ("female", "male", "other", "unknown")
PAYERS = ("public", "private", "workers_compensation", "self_pay")
PATTERNS = ("steady", "climber", "plateau", "relapse")
NEVER = 10_000
VISITS = (0, 42, 84)
"""Days after the assignment around which outcomes are measured."""


@dataclass(frozen=True)
class Cohort:
    """One array per attribute, one position per patient; codes index the tuples above."""

    severity: Ints
    chronicity: Ints
    age: Ints
    sex: Ints
    comorbidities: Ints
    prior_surgery: Ints
    payer: Ints
    clinic: Ints
    therapist: Ints
    side: Ints
    origin: Ints
    program: Ints
    enrolled: Ints
    dropout: Ints
    pattern: Ints
    adherence: Floats
    visit_days: Ints
    values: tuple[Floats, ...]

    def __len__(self) -> int:
        return len(self.severity)


def draw(cell: Cell, clinics: tuple[Clinic, ...], size: Size, rng: Generator) -> Cohort:
    """The cell's patients; ``values`` holds per outcome an array of patients × visits."""
    count = sum(cell.thin) if cell.thin else size.patients_per_cell
    severity = rng.choice(3, count, p=(0.33, 0.40, 0.27))
    chronicity = np.clip(severity + rng.integers(-1, 2, count), 0, 2)
    clinic = rng.choice(len(clinics), count, p=_shares(len(clinics)))
    pattern = rng.choice(4, count, p=(0.60, 0.18, 0.13, 0.09))
    age, comorbidities = rng.choice(6, count), rng.poisson(0.5 + 0.4 * severity)
    program = _assign(cell, severity, chronicity, rng)
    days = np.array(VISITS) + np.column_stack(
        [np.zeros(count, dtype=np.int64), rng.integers(-4, 5, (count, 2))]
    )
    pace = 1 - 0.12 * (chronicity == 2) - 0.08 * (age >= 4) - 0.04 * np.minimum(comorbidities, 3)
    return Cohort(
        severity=severity,
        chronicity=chronicity,
        age=age,
        sex=rng.choice(4, count, p=(0.54, 0.43, 0.01, 0.02)),
        comorbidities=comorbidities,
        prior_surgery=(rng.random(count) < 0.08 + 0.08 * severity).astype(np.int64),
        payer=rng.choice(4, count, p=(0.46, 0.30, 0.14, 0.10)),
        clinic=clinic,
        therapist=np.floor(rng.random(count) * np.array([one.therapists for one in clinics])[clinic]).astype(
            np.int64
        ),
        side=rng.integers(0, len(cell.sides), count),
        origin=rng.integers(0, len(cell.origins), count),
        program=program,
        enrolled=rng.integers(2, size.recruit_days + 1, count),
        dropout=_dropout(severity, rng),
        pattern=pattern,
        adherence=rng.beta(9, 1.4, count),
        visit_days=days,
        values=_outcomes(cell, severity, program, pattern, pace, days, rng)[: size.outcomes],
    )


def _shares(clinics: int) -> Floats:
    weights = np.linspace(1.4, 1.0, clinics)
    shares: Floats = weights / weights.sum()
    return shares


def _assign(cell: Cell, severity: Ints, chronicity: Ints, rng: Generator) -> Ints:
    """Position of the prescribed program. Severe and chronic cases rather get the second one."""
    first = np.array(cell.share_first)[severity]
    if cell.thin:
        weights = 1.001 - first
        second = rng.choice(len(severity), cell.thin[1], replace=False, p=weights / weights.sum())
        return np.isin(np.arange(len(severity)), second).astype(np.int64)
    odds = first / (1 - first) * np.exp(-0.35 * (chronicity == 2))
    refused: Ints = (rng.random(len(severity)) >= odds / (1 + odds)).astype(np.int64)
    return refused


def _dropout(severity: Ints, rng: Generator) -> Ints:
    leaves = rng.random(len(severity)) < 0.13 + 0.03 * severity
    return np.where(leaves, rng.integers(8, 80, len(severity)), NEVER)


def _outcomes(
    cell: Cell, severity: Ints, program: Ints, pattern: Ints, pace: Floats, days: Ints, rng: Generator
) -> tuple[Floats, ...]:
    shared = rng.standard_normal(len(severity))
    reached = progress(pattern[:, None], days)
    values = []
    for position, course in enumerate(cell.outcomes):
        planted = cell.effect if position == 0 else 0.0
        effect = planted * (program == 0)[:, None] * np.minimum(1.0, days / EFFECT_DAY)
        values.append(_values(course, severity, shared, pace[:, None], reached, effect, rng))
    return tuple(values)


def _values(
    course: Course,
    severity: Ints,
    shared: Floats,
    pace: Floats,
    reached: Floats,
    effect: Floats,
    rng: Generator,
) -> Floats:
    """Patients × visits of one measure: start, own recovery, planted effect and device noise."""
    own = 0.5 * shared + 0.866 * rng.standard_normal(len(severity))
    start = np.array(course.baseline)[severity] - course.measure.sign * course.spread * own
    gain = np.array(course.gain)[severity] + course.gain_spread * rng.standard_normal(len(severity))
    better = gain[:, None] * pace * reached + effect
    noise = course.noise * rng.standard_normal(reached.shape)
    exact = start[:, None] + course.measure.sign * better + noise
    within = np.clip(exact, course.measure.low, course.measure.high)
    return np.asarray(np.round(within, course.measure.decimals), dtype=np.float64)


def progress(pattern: Ints, days: Ints | Floats) -> Floats:
    """Share of a patient's own recovery that is reached after ``days``, by pattern of recovery."""
    steady: Floats = (1 - np.exp(-np.asarray(days, dtype=np.float64) / 35)) / (1 - np.exp(-84 / 35))
    plateau = np.minimum(steady, 0.35)
    relapse = np.interp(days, [0, 35, 50, 84, 120], [0.0, 0.75, 0.15, 0.6, 0.75])
    choices = [steady, np.minimum(1.25 * steady, 1.3), plateau, relapse]
    return np.asarray(np.select([pattern == code for code in range(4)], choices), dtype=np.float64)
