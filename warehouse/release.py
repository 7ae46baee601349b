"""Gives a built and checked file its name and makes it the current release, unless the pointer is held."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import duckdb
import msgspec

from warehouse.artefact import keep_artefact
from warehouse.durable import TEMPORARY, Disk, put, writing
from warehouse.exclusive import one_at_a_time
from warehouse.refused import RefreshBusy, ReleaseRefused

POINTER: Final = "current"
HELD: Final = "held.json"
LOCK: Final = "pointer.lock"
PATIENCE_S: Final = 60.0
PIECE: Final = 8 * 1024 * 1024
"""Bytes that are copied at a time."""

Report = Callable[[Path], bytes]
"""Makes the aggregate artefact of a file of marts."""


@dataclass(frozen=True)
class Note:
    """What is known of a release beside its tables: ``digest`` of what built it, ``offsets`` it covers.

    erased: how many people were left out. built_at: ISO instant; empty in notes of older versions.
    """

    release: str
    digest: str
    offsets: Mapping[str, Mapping[str, int]]
    erased: int
    facts: Mapping[str, Any]
    built_at: str = ""


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """The pointer stays at ``release`` since ``at`` (ISO instant), whatever is published."""

    release: str
    at: str


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
        return msgspec.json.decode(note_path(path).read_bytes(), type=Note)
    except (OSError, msgspec.DecodeError):
        return None


def note_path(path: Path) -> Path:
    """Where the note of a release is."""
    return path.with_suffix(".json")


def files_of(marts: Path) -> list[Path]:
    """The files of releases, the oldest first, also of those that were never finished."""
    return sorted((path for path in marts.glob("*.duckdb") if path.stem.isdecimal()), key=number_of)


def number_of(path: Path) -> int:
    """The number of a release's file."""
    return int(path.stem)


def next_number(marts: Path) -> int:
    """The number of the release that comes next: never one that was used, also where its file has gone."""
    artefacts = (int(path.name.split(".")[0]) for path in marts.glob("reports/[0-9]*.json*"))
    return max((*map(number_of, files_of(marts)), *artefacts), default=0) + 1


def held(marts: Path) -> Hold | None:
    """Where the pointer is held, or None."""
    try:
        return msgspec.json.decode((marts / HELD).read_bytes(), type=Hold)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as problem:
        raise ReleaseRefused(
            f"{marts / HELD} says where the pointer is held and cannot be read ({problem}). "
            "Look at it, then run: myomap release resume"
        ) from problem


def newest(marts: Path) -> Path | None:
    """The newest release that was finished, whether the pointer names it or is held."""
    return next((path for path in reversed(files_of(marts)) if note_of(path) is not None), None)


def publish(
    candidate: Path, marts: Path, note: Note, disk: Disk | None = None, report: Report | None = None
) -> bool:
    """Make a copy of the candidate the current release; else ``WarehouseRefused``, and the old one stands.

    The candidate is not changed, nor kept open. In this order: the aggregate artefact by ``report``; the copy
    under a temporary name, synced, then its name; the note; the pointer. A fault before the last step leaves
    the old release in force. False where the pointer is held: then the release is there and not in force.
    """
    disk = disk or Disk()
    target = marts / f"{note.release}.duckdb"
    unfinished = target.with_name(target.name + TEMPORARY)
    artefact = _asked(candidate, marts, report)
    with writing(target), candidate.open("rb") as source:
        with disk.open(unfinished) as copy:
            copied(source, copy)
            copy.flush()
            disk.sync(copy.fileno())
        disk.rename(unfinished, target)
        disk.sync_folder(marts)
    if artefact is not None:
        keep_artefact(marts, note.release, artefact, disk)
    put(disk, note_path(target), msgspec.json.encode(note))
    with pointer_alone(marts):
        if held(marts) is not None:
            return False
        swing(marts, target, disk)
    return True


def swing(marts: Path, target: Path, disk: Disk | None = None) -> None:
    """Let the pointer name this file, which is there as a whole."""
    put(disk or Disk(), marts / POINTER, f"{target.name}\n".encode())


@contextlib.contextmanager
def pointer_alone(marts: Path) -> Iterator[None]:
    """Nobody else swings the pointer, holds it, or removes a release meanwhile; raises ``RefreshBusy``."""
    busy = RefreshBusy(
        f"Another process has been changing what {marts / POINTER} names for more than {PATIENCE_S:.0f} "
        "seconds. End what hangs, then say it again."
    )
    with one_at_a_time(marts / LOCK, PATIENCE_S, busy):
        yield


def copied(source: BinaryIO, target: BinaryIO) -> None:
    """Copy a file in the kernel, sharing blocks where the file system can; else piece by piece."""
    target.flush()
    try:
        while os.copy_file_range(source.fileno(), target.fileno(), PIECE):
            pass
    except (AttributeError, OSError):
        # Not on this system, or not between these file systems: from the start again.
        source.seek(0)
        target.seek(0)
        target.truncate()
        shutil.copyfileobj(source, target, PIECE)


def _asked(candidate: Path, marts: Path, report: Report | None) -> bytes | None:
    """What the artefact says; the candidate is one whole file from here on."""
    try:
        if not candidate.is_file():
            raise duckdb.IOException("no such file")
        with duckdb.connect(str(candidate)) as connection:
            connection.execute("CHECKPOINT")
        return None if report is None else report(candidate)
    except duckdb.Error as problem:
        raise ReleaseRefused(
            f"The built marts {candidate} cannot be read ({problem}), so that {marts} gets no release. "
            "The current release stays. Make room there, then run: myomap refresh"
        ) from problem
