"""The home folder: made for this user only, and refused where a file is in the way."""

from pathlib import Path

from contracts.settings import Home
from infra.refusal import Refusal


def make_home(home: Home) -> None:
    """Make the home where there is none, closed to everybody else; one that is there stays as it is."""
    home.root.parent.mkdir(parents=True, exist_ok=True)
    home.root.mkdir(mode=0o700, exist_ok=True)


def refuse_file_in_the_way(folder: Path, what: str, advice: str) -> None:
    """Refuse a folder that is a file, or lies below one."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not there.is_dir():
        raise Refusal(f"The {what} {folder} cannot be used, because {there} is a file. {advice}")
