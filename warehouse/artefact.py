"""What stays of a release for ever: its aggregate artefact, which no person's row is in, kept to the byte."""

import gzip
from pathlib import Path
from typing import Final

from warehouse.durable import Disk, put

FOLDER: Final = "reports"
LARGE: Final = 64 * 1024
"""Bytes from which on an artefact is kept compressed."""
PLAIN: Final = ".json"
PACKED: Final = ".json.gz"


def keep_artefact(marts: Path, release: str, content: bytes, disk: Disk | None = None) -> Path:
    """Keep the artefact of a release beside the releases; raises ``LakeRefused``."""
    large = len(content) >= LARGE
    path = marts / FOLDER / f"{release}{PACKED if large else PLAIN}"
    put(disk or Disk(), path, gzip.compress(content, mtime=0) if large else content)
    return path


def artefact_of(marts: Path, release: str) -> bytes | None:
    """The artefact of a release as it was kept, to the byte; None where there is none."""
    for ending, opened in ((PACKED, gzip.decompress), (PLAIN, bytes)):
        path = marts / FOLDER / f"{release}{ending}"
        if path.is_file():
            return opened(path.read_bytes())
    return None


def kept_artefacts(marts: Path) -> tuple[int, ...]:
    """Numbers of the releases that have one, the oldest first."""
    names = (path.name.removesuffix(".gz").removesuffix(PLAIN) for path in (marts / FOLDER).glob("*.json*"))
    return tuple(sorted({int(name) for name in names if name.isdecimal()}))
