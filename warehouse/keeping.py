"""Which releases stay: recent ones, the last of each month, pinned ones, the current one; and who reads one.

A reader's DuckDB holds a shared ``fcntl`` lock on the file it has open. Whether somebody holds one is asked
with ``F_GETLK``, which takes no lock itself: a probe that takes one would make a reader fail that opens the
file in that moment. The lock ends with its holder, so a killed reader keeps nothing. The question does not
see locks of the process that asks (a refresh has no release open), nor of other hosts where the file system
carries none across; there a reader keeps what it has open, as always when a file is removed.
"""

import fcntl
import struct
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from warehouse.durable import TEMPORARY, Disk, writing
from warehouse.pins import pinned
from warehouse.release import (
    POINTER,
    Note,
    current,
    files_of,
    held,
    note_of,
    note_path,
    number_of,
    pointer_alone,
)

GRACE: Final = timedelta(minutes=2)
"""So long after the pointer named a release a reader may still be on its way to it."""


@dataclass(frozen=True)
class Keeping:
    """The policy: all releases of so many ``days``, then the last one of each of so many ``months``."""

    days: int = 7
    months: int = 24


@dataclass(frozen=True)
class Known:
    """What the policy asks of a release; built_at is UTC."""

    number: int
    built_at: datetime
    erased: int
    is_finished: bool = True


@dataclass(frozen=True)
class Standing:
    """A release that is there. kept_because: recent, month, pinned, current; nothing where it goes.

    holds_erased: people were erased after it was built, so that it goes even if it is pinned.
    in_use: a process reads it now.
    """

    release: str
    built_at: datetime
    as_of: str
    events: int | None
    patients: int | None
    kept_because: tuple[str, ...]
    in_use: bool
    holds_erased: bool
    size_bytes: int


def reasons(
    releases: Iterable[Known],
    current_number: int | None,
    pins: frozenset[int],
    keeping: Keeping,
    now: datetime,
    is_held: bool = False,
) -> dict[int, tuple[str, ...]]:
    """By release why it is kept; an empty tuple: it goes. Nothing but the current one outlives an erasure.

    What is newer than the current one and not held back was never in force.
    """
    known = [each for each in releases if each.is_finished or each.number == current_number]
    erased = max((each.erased for each in known), default=0)
    lasting = [each for each in known if each.erased >= erased and _counts(each, current_number, is_held)]
    months = _last_of_months(lasting, keeping.months, now)
    found: dict[int, tuple[str, ...]] = {each.number: () for each in releases}
    for each in lasting:
        words = (
            ("recent", now - each.built_at <= timedelta(days=keeping.days)),
            ("month", each.number in months),
            ("pinned", each.number in pins),
        )
        found[each.number] = tuple(word for word, holds in words if holds)
    if current_number is not None:
        found[current_number] = (*found.get(current_number, ()), "current")
    if is_held and lasting:
        last = max(each.number for each in lasting)
        found[last] = found[last] if last == current_number else (*found[last], "next")
    return found


def releases(marts: Path, keeping: Keeping, now: datetime) -> tuple[Standing, ...]:
    """Every finished release, the newest first; reads nothing but notes."""
    why, known = _judged(marts, keeping, now)
    paths = {number_of(path): path for path in files_of(marts)}
    erased = max((each.erased for each in known.values()), default=0)
    return tuple(
        _standing(paths[number], each, why[number], each.erased < erased)
        for number, each in sorted(known.items(), reverse=True)
        if each.is_finished or "current" in why[number]
    )


def tidy(
    marts: Path, keeping: Keeping, now: datetime, disk: Disk | None = None, grace: timedelta = GRACE
) -> tuple[int, ...]:
    """Remove the releases that the policy lets go and nobody reads, and what was never finished.

    Under the lock of a refresh; raises ``LakeRefused``. What the pointer named within ``grace`` stays, for a
    reader between pointer and file.
    """
    disk = disk or Disk()
    with pointer_alone(marts), writing(marts):
        why, known = _judged(marts, keeping, now)
        left = _on_the_way(marts, known, now, grace)
        gone = []
        for path in files_of(marts):
            number = number_of(path)
            if why[number] or number in left or is_read(path):
                continue
            disk.remove(path)
            disk.remove(note_path(path))
            gone.append(number)
        for path in marts.glob(f"*{TEMPORARY}*"):
            disk.remove(path)
    return tuple(gone)


def is_read(path: Path) -> bool:
    """Whether another process has the file open in DuckDB; asks and takes no lock."""
    shape = "qqihh" if sys.platform == "darwin" else "hhqqi4x"
    values = (0, 0, 0, fcntl.F_WRLCK, 0) if sys.platform == "darwin" else (fcntl.F_WRLCK, 0, 0, 0, 0)
    try:
        with path.open("rb") as handle:
            answer = fcntl.fcntl(handle.fileno(), fcntl.F_GETLK, struct.pack(shape, *values))
    except FileNotFoundError:
        return False
    kind = struct.unpack(shape, answer)[3 if sys.platform == "darwin" else 0]
    return bool(kind != fcntl.F_UNLCK)


def _counts(each: Known, current_number: int | None, is_held: bool) -> bool:
    return is_held or current_number is None or each.number <= current_number


def _last_of_months(lasting: Iterable[Known], months: int, now: datetime) -> set[int]:
    """The last release of each month, of the latest so many that are over or under way."""
    last: dict[int, int] = {}
    for each in sorted(lasting, key=lambda one: one.number):
        month = each.built_at.astimezone(UTC)
        last[month.year * 12 + month.month] = each.number
    present = now.year * 12 + now.month
    return {number for month, number in last.items() if present - month < months}


def _judged(
    marts: Path, keeping: Keeping, now: datetime
) -> tuple[dict[int, tuple[str, ...]], dict[int, Known]]:
    known = {number_of(path): _known(path, note_of(path)) for path in files_of(marts)}
    standing = current(marts)
    number = None if standing is None or not standing.stem.isdecimal() else number_of(standing)
    is_held = held(marts) is not None
    return reasons(known.values(), number, pinned(marts), keeping, now, is_held), known


def _known(path: Path, note: Note | None) -> Known:
    made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if note is None:
        return Known(number_of(path), made, 0, is_finished=False)
    built_at = datetime.fromisoformat(note.built_at) if note.built_at else made
    return Known(number_of(path), built_at, note.erased)


def _on_the_way(marts: Path, known: Mapping[int, Known], now: datetime, grace: timedelta) -> set[int]:
    """What the pointer named within ``grace``: releases that came since, and the one before them."""
    swung = {
        number: datetime.fromtimestamp(note_path(marts / f"{number}.duckdb").stat().st_mtime, UTC)
        for number, each in known.items()
        if each.is_finished
    }
    fresh = {number for number, at in swung.items() if now - at <= grace}
    pointer = marts / POINTER
    if not pointer.exists() or now - datetime.fromtimestamp(pointer.stat().st_mtime, UTC) > grace:
        return fresh
    standing = current(marts)
    newest = min(fresh, default=0 if standing is None else number_of(standing))
    return fresh | {max((number for number in swung if number < newest), default=newest)}


def _standing(path: Path, known: Known, why: tuple[str, ...], holds_erased: bool) -> Standing:
    note = note_of(path)
    facts = {} if note is None else note.facts
    return Standing(
        release=path.stem,
        built_at=known.built_at,
        as_of=str(facts.get("as_of", "")),
        events=facts.get("events"),
        patients=facts.get("patients"),
        kept_because=why,
        in_use=is_read(path),
        holds_erased=holds_erased,
        size_bytes=path.stat().st_size,
    )
