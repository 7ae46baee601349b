"""Holds what the stream published against the lake replayed, for ``myomap replay --check``."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contracts.settings import Settings
from infra.connection import connected
from infra.refreshing import land_now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse.parity import Compared

SHOWN: Final = 20
"""Differences of a check that are told to people; programs get all."""


@dataclass(frozen=True)
class ReplayReport:
    """Whether everything agrees, the sums over the checks, and each check with its differences."""

    agrees: bool
    compared: int
    skipped: int
    different: int
    checks: "tuple[Compared, ...]"


def replay_check(settings: Settings, landed_only: bool) -> ReplayReport:
    """Land what the log holds (unless ``landed_only``), replay everybody, compare.

    Raises ``WarehouseRefused`` where the lake cannot be read, or states of other rules are in it.
    """
    from warehouse.lake import open_lake
    from warehouse.parity import compare

    if not landed_only:
        with connected(settings) as reachable:
            land_now(reachable)
    return report_of(compare(open_lake(settings.home)))


def report_of(checks: "Sequence[Compared]") -> ReplayReport:
    """The checks with their sums."""
    different = sum(each.different for each in checks)
    return ReplayReport(
        agrees=different == 0,
        compared=sum(each.compared for each in checks),
        skipped=sum(each.skipped for each in checks),
        different=different,
        checks=tuple(checks),
    )


def lines_of(report: ReplayReport) -> list[str]:
    """The report in sentences, with the first differences of each check."""
    lines = []
    for each in report.checks:
        lines.append(
            f"{each.check}: {each.compared:,} compared, {each.different:,} differ, {each.skipped:,} newer "
            "than the landed events"
        )
        for one in each.differences[:SHOWN]:
            episode = f", episode {one.episode_id}" if one.episode_id else ""
            lines.append(
                f"  patient {one.patient_key}{episode}, partition {one.partition} at offset {one.offset}: "
                f"{one.what}"
            )
        if len(each.differences) > SHOWN:
            lines.append(f"  and {len(each.differences) - SHOWN:,} more; --json lists all")
    if report.agrees:
        lines.append("What the stream published is what the lake's events give.")
    else:
        lines.append(
            "What the stream published is not what the lake's events give. Stop the worker, make its stores "
            "anew from the lake with 'myomap stream rebuild', start it again, then repeat this check."
        )
    return lines
