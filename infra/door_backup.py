"""Backup and restore of the left-side store as a folder that is complete or not there at all."""

from dataclasses import dataclass
from pathlib import Path

from contracts.settings import Home
from infra.home import make_home
from infra.refusal import Refusal


@dataclass(frozen=True)
class Copied:
    """What was copied, and where it is now."""

    folder: str
    files: int
    size_bytes: int


def back_up(home: Home, to: Path) -> Copied:
    """Copy the store, also beside a running door."""
    from ingest.backup import backup

    if to.exists():
        raise Refusal(f"{to} exists. Name a folder that does not, so that no backup is overwritten.")
    if not home.door.exists():
        raise Refusal(f"There is no door in {home.root} yet, so there is nothing to back up.")
    backup(home.door, to)
    return _counted(to)


def put_back(home: Home, source: Path) -> Copied:
    """Restore the store into a home that has none."""
    from ingest.backup import restore

    if not source.is_dir():
        raise Refusal(f"There is no backup folder {source}.")
    if home.door.exists() and any(home.door.iterdir()):
        raise Refusal(f"{home.door} holds a door already. Move it away first; two vaults cannot be mixed.")
    make_home(home)
    restore(source, home.door)
    return _counted(home.door)


def _counted(folder: Path) -> Copied:
    files = [each for each in folder.rglob("*") if each.is_file()]
    return Copied(str(folder), len(files), sum(each.stat().st_size for each in files))
