"""The manifest: which files are the lake, and up to where; the only way in, and the commit point."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

from warehouse.durable import Disk, put
from warehouse.refused import LakeRefused

NAME: Final = "manifest.json"
FORMAT: Final = 1


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One file: the offsets ``start`` to ``end`` (exclusive) of one partition of one kind.

    A sealed segment never changes but for an erasure; one that is not is superseded as it grows.
    ``checked`` says how much of the erasure list it was held against, ``without`` who was taken out.
    """

    file: str
    kind: str
    partition: int
    start: int
    end: int
    sealed: bool
    rows: int
    size_bytes: int
    landed_at: datetime
    checked: int = 0
    without: tuple[str, ...] = ()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All segments in the order of kind, partition and offset, and the keys of erased people."""

    format: int = FORMAT
    segments: tuple[Segment, ...] = ()
    erased: tuple[str, ...] = ()

    def of(self, kind: str, partition: int | None = None) -> tuple[Segment, ...]:
        """The segments of a kind, or of one of its partitions, by offset."""
        return tuple(
            each
            for each in self.segments
            if each.kind == kind and (partition is None or each.partition == partition)
        )

    def tail(self, kind: str, partition: int) -> Segment | None:
        """The segment of a partition that is not sealed."""
        found = self.of(kind, partition)
        return found[-1] if found and not found[-1].sealed else None

    def next_offset(self, kind: str, partition: int) -> int | None:
        """The offset after the last landed one; None when nothing of the partition was landed."""
        found = self.of(kind, partition)
        return found[-1].end if found else None

    def offsets(self) -> dict[str, dict[str, int]]:
        """By kind and partition (as text), the offset after the last landed one."""
        ends: dict[str, dict[str, int]] = {}
        for each in self.segments:
            ends.setdefault(each.kind, {})[str(each.partition)] = each.end
        return ends

    def replacing(self, gone: Segment | None, come: Iterable[Segment]) -> "Manifest":
        """The manifest with ``come`` in the place of ``gone``; raises ValueError for a gap or an overlap."""
        segments = [each for each in self.segments if each is not gone and each != gone]
        segments.extend(come)
        segments.sort(key=lambda each: (each.kind, each.partition, each.start))
        for one, other in pairwise(segments):
            if (one.kind, one.partition) == (other.kind, other.partition) and one.end != other.start:
                raise ValueError(f"{one.file} ends at {one.end}, {other.file} begins at {other.start}")
        return msgspec.structs.replace(self, segments=tuple(segments))

    def erasing(self, keys: Iterable[str]) -> "Manifest":
        """The manifest with these keys on its erasure list."""
        fresh = sorted(set(keys) - set(self.erased))
        return msgspec.structs.replace(self, erased=(*self.erased, *fresh)) if fresh else self


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a lake, an empty one where nothing was landed; raises ``LakeRefused``."""
    path = folder / NAME
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        return Manifest()
    except (msgspec.DecodeError, OSError) as problem:
        raise LakeRefused(
            f"The lake's manifest {path} cannot be read ({problem}). Restore it from a backup of the lake; "
            "or move the folder away and run myomap refresh, which lands again what Kafka still holds."
        ) from problem
    if found.format > FORMAT:
        raise LakeRefused(
            f"The lake's manifest {path} is of a newer version ({found.format}) than this program knows "
            f"({FORMAT}): use the version of Myomap that wrote it."
        )
    return found


def write_manifest(folder: Path, manifest: Manifest, disk: Disk) -> None:
    """Make this manifest the lake, as a whole or not at all; raises ``LakeRefused``."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    put(disk, folder / NAME, text)
