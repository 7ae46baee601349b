"""Whom a comparison is about: the rows of two programs, who was due, and who was measured."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from warehouse.effects.covariates import is_missing
from warehouse.effects.protocol import KNOWN_AT_TIME_ZERO, Protocol, is_due

Row = Mapping[str, Any]
Table = Sequence[Row] | Mapping[str, Sequence[Any]]

NARROWED_BY: Final = ("condition", "muscle_group", "measure", "horizon")
SMALLEST_STRATUM: Final = 10
"""Levels of severity with fewer measured people are not asked for both programs."""
NOBODY: Final = (None, None)
"""Method and device class where nothing was measured."""


@dataclass(frozen=True)
class Population:
    """The people due, those of them measured at both times, and what was left aside."""

    started: tuple[Row, ...]
    measured: tuple[Row, ...]
    not_due: int
    set_aside: int

    def count(self, program: str) -> tuple[int, int, int]:
        """People of a program who started, had a baseline, and were measured at both times."""
        started = [row for row in self.started if row["program"] == program]
        with_baseline = sum(not is_missing(row["baseline"]) for row in started)
        return len(started), with_baseline, sum(row["program"] == program for row in self.measured)

    def treated(self, protocol: Protocol) -> NDArray[np.bool_]:
        """Whether each measured person got the first program."""
        return np.array([row["program"] == protocol.first for row in self.measured], dtype=bool)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A numeric column of the measured people."""
        return np.array([float(row[name]) for row in self.measured])

    def columns(self, names: Sequence[str]) -> dict[str, list[Any]]:
        """Columns of the measured people; one that the table lacks is missing throughout."""
        return {name: [row.get(name) for row in self.measured] for name in names}


def select(table: Table, protocol: Protocol, as_of: datetime | None = None) -> Population:
    """The population of the protocol in rows (or columns) of changes, one row per episode.

    Rows of other conditions, muscle groups, measures, horizons and programs are passed over; a column
    ``due`` that is false, or a ``time_zero`` too close before ``as_of``, takes a row out because its
    follow-up time has not come yet.
    """
    fits = [row for row in _rows(table) if _belongs(row, protocol)]
    alike = _one_identity(fits, protocol)
    episodes = {
        (row.get("patient_key", index), row.get("episode_id")): row for index, row in enumerate(alike)
    }
    due = [row for row in episodes.values() if _is_due(row, protocol, as_of)]
    measured = [row for row in due if not is_missing(row["baseline"]) and not is_missing(row["follow_up"])]
    return Population(tuple(due), tuple(measured), len(episodes) - len(due), len(fits) - len(episodes))


def first_look(population: Population, protocol: Protocol) -> dict[str, float]:
    """What the gates observe before any weighting."""
    counts = [population.count(program) for program in (protocol.first, protocol.second)]
    shares = [measured / started if started else 0.0 for started, _, measured in counts]
    late = set(protocol.covariates) - set(KNOWN_AT_TIME_ZERO)
    return {
        "undeclared_statements": sum(not text for text in protocol.statements().values()),
        "covariates_after_time_zero": len(late),
        "smallest_started": min(started for started, _, _ in counts),
        "smallest_measured": min(measured for _, _, measured in counts),
        "smallest_completeness": min(shares),
        "completeness_difference": abs(shares[0] - shares[1]),
        "strata_with_one_program": _strata_with_one_program(population),
    }


def _strata_with_one_program(population: Population) -> int:
    strata: dict[Any, Counter[str]] = {}
    for row in population.measured:
        strata.setdefault(row.get("severity"), Counter())[row["program"]] += 1
    return sum(sum(one.values()) >= SMALLEST_STRATUM and len(one) < 2 for one in strata.values())


def _rows(table: Table) -> list[Row]:
    if isinstance(table, Mapping):
        names = list(table)
        return [dict(zip(names, values, strict=True)) for values in zip(*table.values(), strict=True)]
    return list(table)


def _belongs(row: Row, protocol: Protocol) -> bool:
    if row["program"] not in (protocol.first, protocol.second):
        return False
    return all(row[name] == getattr(protocol, name) for name in NARROWED_BY if name in row)


def _is_due(row: Row, protocol: Protocol, as_of: datetime | None) -> bool:
    if "due" in row:
        return bool(row["due"])
    if as_of is None or is_missing(row.get("time_zero")):
        return True
    return is_due(row["time_zero"], as_of, protocol.horizon)


def _one_identity(rows: Sequence[Row], protocol: Protocol) -> list[Row]:
    """The rows of one method and device class, so that instruments are never mixed silently.

    The one with the most values is taken. A row without a method speaks of somebody who was never
    measured, and stays: completeness counts who started.
    """
    wanted = (protocol.method, protocol.device_class)
    found = Counter({_identity(row): 0 for row in rows if _identity(row) != NOBODY})
    found.update(_identity(row) for row in rows if not is_missing(row["baseline"]))
    matching = {
        identity: count
        for identity, count in found.items()
        if all(want is None or want == have for want, have in zip(wanted, identity, strict=True))
    }
    chosen = max(matching, key=lambda identity: (matching[identity], str(identity)), default=NOBODY)
    return [row for row in rows if _identity(row) in (chosen, NOBODY)]


def _identity(row: Row) -> tuple[str | None, str | None]:
    return row.get("method"), row.get("device_class")
