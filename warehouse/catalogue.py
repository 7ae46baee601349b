"""The check catalogue in Kahn's categories: what is checked, how badly a failure weighs, and who violates it.

A check derived from the contracts is made in ``expectations``; a written one is a file in ``checks/``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

CATEGORIES: Final = ("conformance", "completeness", "plausibility")
"""Of Kahn et al. 2016, as in OHDSI's DataQualityDashboard."""
SEVERITIES: Final = ("refuse", "warn")
CHECKS: Final = Path(__file__).parent / "checks"


@dataclass(frozen=True)
class Check:
    """One check: its metric must not be above what is ``allowed``.

    check_id: unique name. category, severity: of the lists above. mart: the table it speaks of.
    says: what holds, as one sentence. query: shows the rows that violate it.
    measured: SQL with one row per ``place`` (what is looked at), ``n`` and ``metric``; or
    counted: SQL that is true of a violating row of the mart ``m``, of those that ``among`` picks (SQL too);
    the metric is how many there are.
    limits: the numbers that ``measured`` uses as $name, each with its reason.
    """

    check_id: str
    category: str
    severity: str
    mart: str
    says: str
    query: str
    measured: str = ""
    counted: str = ""
    among: str = ""
    allowed: float = 0
    limits: Mapping[str, tuple[float, str]] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, float]:
        """Its limits as the values of a statement."""
        return {
            name: int(value) if value == int(value) else value for name, (value, _) in self.limits.items()
        }


class CatalogueError(Exception):
    """A file does not say what a check must say; the message names it and what is missing."""


@cache
def written_checks(folder: Path = CHECKS) -> tuple[Check, ...]:
    """The checks that stand in files, one each; raises ``CatalogueError``."""
    return tuple(_read(path) for path in sorted(folder.glob("*.sql")))


def row_check(
    check_id: str, category: str, severity: str, mart: str, says: str, wrong: str, among: str = ""
) -> Check:
    """A check of single rows: ``wrong`` is SQL over the mart ``m`` that is true of a violating one."""
    where = f"{among} AND {wrong}" if among else wrong
    query = f"SELECT * FROM {mart} AS m WHERE {where}"
    return Check(check_id, category, severity, mart, says, query, counted=wrong, among=among)


def _read(path: Path) -> Check:
    text = path.read_text(encoding="utf-8")
    head, end, sql = text.removeprefix("/*").partition("*/")
    if not end or not text.startswith("/*"):
        raise CatalogueError(f"{path} does not begin with a comment that describes its check; add one.")
    try:
        described = yaml.safe_load(head)
        limits = {name: (float(value), str(reason)) for name, (value, reason) in described["limits"].items()}
        found = Check(
            check_id=path.stem,
            measured=sql.strip(),
            query=_violating(sql.strip(), limits, described["allowed"]),
            limits=limits,
            **{name: described[name] for name in ("category", "severity", "mart", "says", "allowed")},
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as problem:
        raise CatalogueError(
            f"{path} does not describe its check ({problem!r}); it needs category, severity, mart, says, "
            "allowed, and limits as name: [number, reason]."
        ) from problem
    if found.category not in CATEGORIES or found.severity not in SEVERITIES:
        raise CatalogueError(f"{path} has a category or severity that is none of {CATEGORIES + SEVERITIES}.")
    return found


def _violating(sql: str, limits: Mapping[str, Any], allowed: float) -> str:
    """The query with its limits in place: the numbers of the file, for people to read and to run."""
    for name in sorted(limits, key=len, reverse=True):
        sql = sql.replace(f"${name}", f"{limits[name][0]:g}")
    return f"SELECT * FROM (\n{sql}\n) WHERE metric > {allowed:g} ORDER BY metric DESC"
