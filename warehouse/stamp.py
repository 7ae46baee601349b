"""What the two files that are kept between builds were built from, and whether they are whole."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from warehouse.durable import Disk, put, writing
from warehouse.manifest import Manifest

STAMP: Final = "stamp.json"


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """``offsets`` of the lake by kind and partition, up to which the files know; ``erased``: how many people
    were left out; ``digest`` of the code that built them; ``as_of`` of the marts in them.
    """

    digest: str
    erased: int
    offsets: Mapping[str, Mapping[str, int]]
    as_of: datetime


def read_stamp(work: Path) -> Stamp | None:
    """The stamp of whole files; None where a build was broken off, or nothing was built."""
    try:
        return msgspec.json.decode((work / STAMP).read_bytes(), type=Stamp)
    except (OSError, msgspec.DecodeError):
        return None


def break_stamp(work: Path, disk: Disk | None = None) -> None:
    """Say that the files are being changed: whoever comes after a crash makes them anew."""
    disk = disk or Disk()
    with writing(work / STAMP):
        work.mkdir(parents=True, exist_ok=True)
        disk.remove(work / STAMP)
        disk.sync_folder(work)


def keep_stamp(work: Path, stamp: Stamp, disk: Disk | None = None) -> None:
    """Say that the files are whole."""
    put(disk or Disk(), work / STAMP, msgspec.json.encode(stamp))


def goes_on(stamp: Stamp | None, digest: str, manifest: Manifest) -> bool:
    """Whether a build can add to the files: the same code, nobody erased since, a lake that grew."""
    if stamp is None or stamp.digest != digest or stamp.erased != len(manifest.erased):
        return False
    ends = manifest.offsets()
    return all(
        ends.get(kind, {}).get(number, -1) >= offset
        for kind, known in stamp.offsets.items()
        for number, offset in known.items()
    )
