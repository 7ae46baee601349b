"""The tables that tell how a release came about: ``ops_release``, ``ops_parity`` and ``ops_quality``."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from contracts.measures.registry import REGISTRY_VERSION
from streams.progression.policy import rules_version
from warehouse.columns import INSTANT
from warehouse.parity import Compared
from warehouse.quality import Checked


@dataclass(frozen=True)
class BuiltFacts:
    """What a release covers: its instant, counts, and the offsets by kind and partition."""

    as_of: datetime
    events: int
    patients: int
    offsets: dict[str, dict[str, int]]


def keep_results(
    database: Path, release: str, facts: BuiltFacts, parity: Sequence[Compared], checks: Sequence[Checked]
) -> None:
    """Write the three tables into schema main of the file that is being built."""
    now = datetime.now(UTC)
    with duckdb.connect(str(database)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, rows in (
            ("ops_release", _release_rows(release, facts, now)),
            ("ops_parity", _parity_rows(release, facts, parity, now)),
            ("ops_quality", _quality_rows(release, facts, checks)),
        ):
            connection.execute(f"DROP TABLE IF EXISTS main.{name}")
            connection.from_arrow(rows).create(f"main.{name}")


def _release_rows(release: str, facts: BuiltFacts, now: datetime) -> pa.Table:
    return pa.table(
        {
            "release": pa.array([release]),
            "built_at": pa.array([now], INSTANT),
            "as_of": pa.array([facts.as_of], INSTANT),
            "rules_version": pa.array([rules_version()]),
            "registry_version": pa.array([REGISTRY_VERSION], pa.int32()),
            "offsets": pa.array([json.dumps(facts.offsets, sort_keys=True)]),
            "events": pa.array([facts.events], pa.int64()),
            "patients": pa.array([facts.patients], pa.int64()),
        }
    )


def _parity_rows(release: str, facts: BuiltFacts, parity: Sequence[Compared], now: datetime) -> pa.Table:
    return pa.table(
        {
            "name": pa.array([each.check for each in parity], pa.string()),
            "compared": pa.array([each.compared for each in parity], pa.int64()),
            "skipped": pa.array([each.skipped for each in parity], pa.int64()),
            "different": pa.array([each.different for each in parity], pa.int64()),
            "checked_at": pa.array([now] * len(parity), INSTANT),
        }
        | _release_columns(release, facts, len(parity))
    )


QUALITY_COLUMNS: Final = {
    "check_id": pa.string(),
    "name": pa.string(),
    "category": pa.string(),
    "severity": pa.string(),
    "mart": pa.string(),
    "passed": pa.bool_(),
    "metric": pa.float64(),
    "allowed": pa.float64(),
    "observed": pa.string(),
    "detail": pa.string(),
    "query": pa.string(),
    "status": pa.string(),
    "since_release": pa.string(),
}
"""The fields of ``Checked`` as columns."""


def _quality_rows(release: str, facts: BuiltFacts, checks: Sequence[Checked]) -> pa.Table:
    columns = {
        name: pa.array([getattr(each, name) for each in checks], kind)
        for name, kind in QUALITY_COLUMNS.items()
    }
    return pa.table(columns | _release_columns(release, facts, len(checks)))


def _release_columns(release: str, facts: BuiltFacts, rows: int) -> dict[str, pa.Array]:
    return {
        "release": pa.array([release] * rows, pa.string()),
        "as_of": pa.array([facts.as_of] * rows, INSTANT),
    }
