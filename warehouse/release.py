"""Gives a built and checked file its name and makes it the current release; old ones go by a policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from warehouse.durable import TEMPORARY, Disk, put, writing
from warehouse.refused import ReleaseRefused

POINTER: Final = "current"
KEPT: Final = 5
"""Releases that stay, the current one among them."""

SORT_FIRST: Final = (
    "clinic",
    "condition",
    "muscle_group",
    "measure",
    "program",
    "horizon",
    "patient_key",
    "episode_id",
    "source",
    "month",
    "day",
)
"""By these columns a mart is sorted, as far as it has them: pages ask by clinic, condition and person."""


@dataclass(frozen=True)
class Note:
    """What is known of a release beside its tables: ``digest`` of what built it, ``offsets`` it covers."""

    release: str
    digest: str
    offsets: Mapping[str, Mapping[str, int]]
    erased: int
    facts: Mapping[str, Any]


def current(marts: Path) -> Path | None:
    """The file of the current release, or None."""
    pointer = marts / POINTER
    if not pointer.exists():
        return None
    path = marts / pointer.read_text(encoding="utf-8").strip()
    return path if path.exists() else None


def note_of(path: Path) -> Note | None:
    """The note of a release; None where there is none that can be read."""
    try:
        return msgspec.json.decode(_note_path(path).read_bytes(), type=Note)
    except (OSError, msgspec.DecodeError):
        return None


def next_number(marts: Path) -> int:
    """The number of the release that comes next."""
    return max((_number(path) for path in _files(marts)), default=0) + 1


def publish(working: Path, marts: Path, note: Note, disk: Disk | None = None, keep: int = KEPT) -> Path:
    """Make the marts of the working file the current release; else ``WarehouseRefused``, the old one stands.

    The tables of schema main go sorted into a file of their own, so that nothing else travels with them.
    """
    disk = disk or Disk()
    target = marts / f"{note.release}.duckdb"
    unfinished = target.with_name(target.name + TEMPORARY)
    with writing(target):
        prune(marts, disk, keep)
        _copy_marts(working, unfinished)
        with unfinished.open("rb") as handle:
            disk.sync(handle.fileno())
        disk.rename(unfinished, target)
        disk.sync_folder(marts)
    put(disk, _note_path(target), msgspec.json.encode(note))
    put(disk, marts / POINTER, f"{target.name}\n".encode())
    prune(marts, disk, keep)
    return target


def prune(marts: Path, disk: Disk | None = None, keep: int = KEPT) -> tuple[Path, ...]:
    """Remove all but the newest ``keep`` releases and the current one, and what was never released."""
    disk, standing = disk or Disk(), current(marts)
    newest = sorted(_files(marts), key=_number, reverse=True)
    if standing is not None:
        newest = [path for path in newest if _number(path) <= _number(standing)]
    kept = set(newest[: max(keep, 1)])  # the current one is the newest of these
    gone = tuple(path for path in _files(marts) if path not in kept)
    for path in (*gone, *marts.glob(f"*{TEMPORARY}*")):
        disk.remove(path)
        disk.remove(_note_path(path))
    return gone


def tables_of(connection: duckdb.DuckDBPyConnection, catalog: str | None = None) -> Sequence[str]:
    """The marts: tables and views of schema main."""
    rows = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'"
        " AND table_catalog = coalesce(?, current_database()) ORDER BY 1",
        [catalog],
    ).fetchall()
    return [row[0] for row in rows]


def _copy_marts(working: Path, target: Path) -> None:
    try:
        with duckdb.connect(str(target)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"ATTACH {_quoted(working)} AS working (READ_ONLY)")
            for name in tables_of(connection, "working"):
                rows = connection.table(f'working.main."{name}"')
                order = [f'"{each}"' for each in SORT_FIRST if each in rows.columns]
                (rows.order(", ".join(order)) if order else rows).create(name)
            connection.execute("DETACH working")
            connection.execute("CHECKPOINT")
    except duckdb.Error as problem:
        raise ReleaseRefused(
            f"The release could not be written to {target.parent} ({problem}). The current release stays. "
            "Make room there, then run: myomap refresh"
        ) from problem


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _files(marts: Path) -> list[Path]:
    return [path for path in marts.glob("*.duckdb") if path.stem.isdecimal()]


def _number(path: Path) -> int:
    return int(path.stem)


def _note_path(path: Path) -> Path:
    return path.with_suffix(".json")
