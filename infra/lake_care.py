"""What an operator does to the lake: verify it, and compact it without waiting for a landing."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from contracts.settings import Settings

if TYPE_CHECKING:
    from warehouse.verification import Verified

SHOWN: Final = 20
"""Findings that are told to people; programs get all."""
MEANT: Final = {
    "stray": "Strays are read by nobody: the next landing removes them (myomap refresh).",
}
RESTORE: Final = (
    "Restore what is damaged from a backup of the lake; or move the lake away and run myomap refresh, which "
    "lands again what Kafka still holds."
)


@dataclass(frozen=True)
class CompactReport:
    """How many segments there were and are, and the larger ones that came."""

    before: int
    after: int
    files: tuple[str, ...]


def verify_lake(settings: Settings, on_file: Callable[[int, int], None]) -> "Verified":
    """Hold every file of the lake against its manifest; without one it raises ``WarehouseRefused``."""
    from warehouse.lake import storage_of
    from warehouse.verification import verify

    return verify(storage_of(settings.home), on_file)


def lines_of(report: "Verified") -> list[str]:
    """The report in sentences."""
    size = f"{report.size_bytes / 1e6:,.1f} MB"
    lines = [
        f"{report.files:,} files with {report.rows:,} rows ({size}) were read, as {report.place} names them."
    ]
    lines += [f"  {each.code}: {each.where}: {each.what}" for each in report.findings[:SHOWN]]
    if len(report.findings) > SHOWN:
        lines.append(f"  and {len(report.findings) - SHOWN:,} more; --json lists all")
    if report.without_checksum:
        lines.append(
            f"{report.without_checksum:,} files have no checksum yet, because an older version landed them; "
            "myomap refresh adds them."
        )
    if not report.findings:
        lines.append("The lake is what its manifest says.")
        return lines
    codes = {each.code for each in report.findings}
    lines.append(
        MEANT["stray"] if codes == {"stray"} else f"The lake is not what its manifest says. {RESTORE}"
    )
    return lines


def compact_lake(settings: Settings, on_file: Callable[[int, int], None]) -> CompactReport:
    """Compact what is due while no refresh lands; raises ``WarehouseRefused``."""
    from warehouse.exclusive import one_refresh_at_a_time
    from warehouse.lake import storage_of
    from warehouse.land import compact
    from warehouse.manifest import read_manifest

    storage, came = storage_of(settings.home), list[str]()
    with contextlib.ExitStack() as stack:
        stack.enter_context(one_refresh_at_a_time(settings.home.marts / "refresh.lock"))
        before = len(read_manifest(storage).segments)

        def done(file: str, left: int) -> None:
            came.append(file)
            on_file(len(came), len(came) + left)

        after = compact(storage, datetime.now(UTC), done)
    return CompactReport(before, len(after.segments), tuple(came))
