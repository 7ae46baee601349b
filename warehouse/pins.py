"""What a person decides of releases: pinned ones stay, a rollback holds the pointer until it is resumed."""

from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from warehouse.durable import Disk, put, writing
from warehouse.refused import ReleaseRefused
from warehouse.release import HELD, Hold, current, newest, note_of, pointer_alone, swing

PINS: Final = "pins.json"


def pinned(marts: Path) -> frozenset[int]:
    """Numbers of the pinned releases; raises ``ReleaseRefused`` where the list cannot be read."""
    path = marts / PINS
    if not path.exists():
        return frozenset()
    try:
        return frozenset(msgspec.json.decode(path.read_bytes(), type=list[int]))
    except (OSError, msgspec.DecodeError) as problem:
        raise ReleaseRefused(
            f"{path} lists the pinned releases and cannot be read ({problem}), so that none is removed. "
            "Put a list of numbers there, such as [7], or remove the file."
        ) from problem


def pin(marts: Path, release: str) -> None:
    """Let a release stay whatever its age; raises ``ReleaseRefused`` where it is not there."""
    path = _there(marts, release)
    with pointer_alone(marts):
        _refuse_erased(marts, path)
        _keep(marts, pinned(marts) | {int(path.stem)})


def unpin(marts: Path, release: str) -> None:
    """Let a release go when its time comes; raises ``ReleaseRefused`` where it is not pinned."""
    with pointer_alone(marts):
        pins = pinned(marts)
        if not release.isdecimal() or int(release) not in pins:
            named = ", ".join(map(str, sorted(pins))) or "none"
            raise ReleaseRefused(f"Release {release} is not pinned. Pinned are: {named}.")
        _keep(marts, pins - {int(release)})


def rollback(marts: Path, release: str, now: datetime, disk: Disk | None = None) -> None:
    """Let the pointer name an older release and hold it there; raises ``ReleaseRefused``.

    Refreshes go on and publish, but the pointer stays until ``resume``: what was bad yesterday would come
    again with the next refresh, and nobody would know. Held first, then swung: after a fault between the
    two the pointer stands where it stood, held, and the same words carry it out.
    """
    path = _there(marts, release)
    with pointer_alone(marts):
        _refuse_erased(marts, path)
        hold = Hold(release=path.stem, at=now.isoformat())
        put(disk or Disk(), marts / HELD, msgspec.json.encode(hold))
        swing(marts, path, disk)


def resume(marts: Path, disk: Disk | None = None) -> str:
    """Let the pointer go on to the newest release and follow again; the number of that release."""
    disk = disk or Disk()
    with pointer_alone(marts):
        path = newest(marts)
        if path is None:
            raise ReleaseRefused(f"There is no release in {marts}. Make one with: myomap refresh")
        if path != current(marts):
            swing(marts, path, disk)
        with writing(marts / HELD):
            disk.remove(marts / HELD)
            disk.sync_folder(marts)
        return path.stem


def _keep(marts: Path, pins: frozenset[int]) -> None:
    put(Disk(), marts / PINS, msgspec.json.encode(sorted(pins)))


def _there(marts: Path, release: str) -> Path:
    path = marts / f"{release}.duckdb"
    if not release.isdecimal() or not path.is_file() or note_of(path) is None:
        raise ReleaseRefused(f"Release {release} is not there. See which are: myomap release list")
    return path


def _refuse_erased(marts: Path, path: Path) -> None:
    """Refuse a file that holds rows of somebody who was erased after it was built."""
    last, own = newest(marts), note_of(path)
    latest = None if last is None else note_of(last)
    if own is None or (latest is not None and own.erased < latest.erased):
        raise ReleaseRefused(
            f"Release {path.stem} holds rows of people who were erased since, so it may not come back and "
            "goes as soon as nobody reads it. Choose a newer one: myomap release list"
        )
