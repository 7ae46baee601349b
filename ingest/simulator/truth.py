"""What is true in the simulated clinics: the scenario as frozen values, and the truth file's content."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

SEVERITIES = ("mild", "moderate", "severe")
EFFECT_DAY = 35
"""Days after the assignment from which a program's planted effect is there in full."""

Three = tuple[float, float, float]


@dataclass(frozen=True)
class Clinic:
    """A clinic: its zone, the prefix of its references and the unit that its dynamometer speaks."""

    name: str
    prefix: str
    zone: str
    force_unit: str
    therapists: int


@dataclass(frozen=True)
class Measure:
    """How an outcome measure is taken and written down."""

    measure: str
    unit: str
    method: str
    device_class: str
    decimals: int
    low: float
    high: float
    sign: int
    at_muscle: bool
    source: str


@dataclass(frozen=True)
class Course:
    """How a measure runs in a cell, for mild, moderate and severe cases, in the measure's unit."""

    measure: Measure
    baseline: Three
    spread: float
    gain: Three
    gain_spread: float
    noise: float


@dataclass(frozen=True)
class Program:
    """A named tailoring."""

    name: str
    techniques: tuple[str, ...]
    goals: tuple[str, ...]
    minutes: int


@dataclass(frozen=True)
class Cell:
    """One condition and its muscle groups, with the two programs that are prescribed there."""

    name: str
    condition: str
    muscle_groups: tuple[str, ...]
    sides: tuple[str, ...]
    body_region: str
    origins: tuple[str, ...]
    entry: tuple[str, ...]
    exercise: str
    effusion: bool
    programs: tuple[Program, Program]
    share_first: Three
    thin: tuple[int, int] | None
    effect: float
    outcomes: tuple[Course, ...]


@dataclass(frozen=True)
class Scenario:
    """Clinics and cells, as ``scenario.yaml`` declares them."""

    clinics: tuple[Clinic, ...]
    cells: tuple[Cell, ...]

    def cell(self, name: str) -> Cell:
        """The cell with that name (condition and first muscle group, joined by a dot)."""
        return next(cell for cell in self.cells if cell.name == name)


@cache
def scenario() -> Scenario:
    """The scenario of the package, read once."""
    text = files("ingest.simulator").joinpath("scenario.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    measures = {name: _measure(name, fields) for name, fields in raw["measures"].items()}
    programs = {name: _program(name, fields) for name, fields in raw["programs"].items()}
    return Scenario(
        clinics=tuple(Clinic(**fields) for fields in raw["clinics"]),
        cells=tuple(_cell(fields, measures, programs) for fields in raw["cells"]),
    )


def _measure(name: str, fields: dict[str, Any]) -> Measure:
    low, high = fields["range"]
    return Measure(
        measure=name,
        unit=fields["unit"],
        method=fields["method"],
        device_class=fields["device_class"],
        decimals=fields["decimals"],
        low=low,
        high=high,
        sign=1 if fields["better"] == "higher" else -1,
        at_muscle=fields.get("at_muscle", False),
        source=fields.get("source", "therapist_form"),
    )


def _program(name: str, fields: dict[str, Any]) -> Program:
    return Program(name, tuple(fields["techniques"]), tuple(fields["goals"]), fields["minutes"])


def _cell(fields: dict[str, Any], measures: dict[str, Measure], programs: dict[str, Program]) -> Cell:
    first, second = (programs[name] for name in fields["programs"])
    lists = {
        name: tuple(fields[name]) for name in ("muscle_groups", "sides", "origins", "entry", "share_first")
    }
    thin = fields.get("thin")
    return Cell(
        name=fields["name"],
        condition=fields["condition"],
        body_region=fields["body_region"],
        exercise=fields["exercise"],
        effusion=fields.get("effusion", False),
        programs=(first, second),
        thin=(thin[0], thin[1]) if thin else None,
        effect=fields["effect"],
        outcomes=tuple(_course(course, measures) for course in fields["outcomes"]),
        **lists,
    )


def _course(fields: dict[str, Any], measures: dict[str, Measure]) -> Course:
    return Course(
        measure=measures[fields["measure"]],
        baseline=tuple(fields["baseline"]),
        spread=fields["spread"],
        gain=tuple(fields["gain"]),
        gain_spread=fields["gain_spread"],
        noise=fields["noise"],
    )


def truth(seed: int, names: tuple[str, ...]) -> dict[str, Any]:
    """The truth file: for every cell and measure, how much more the first program improves it."""
    return {
        "seed": seed,
        "estimand": "difference in improvement, first program minus second, for the same patients",
        "horizons": ["week_6", "week_12", "latest"],
        "confounding": "the more severe a case, the likelier the second program and the smaller its gain",
        "cells": [_truth_of(cell) for cell in scenario().cells if cell.name in names],
    }


def _truth_of(cell: Cell) -> dict[str, Any]:
    first, second = cell.programs
    return {
        "cell": cell.name,
        "condition": cell.condition,
        "muscle_group": cell.muscle_groups[0],
        "programs": [first.name, second.name],
        "answerable": cell.thin is None,
        "share_first_by_severity": dict(zip(SEVERITIES, cell.share_first, strict=True)),
        "effects": [
            {
                "measure": course.measure.measure,
                "unit": course.measure.unit,
                "effect": cell.effect if position == 0 else 0.0,
            }
            for position, course in enumerate(cell.outcomes)
        ],
    }
