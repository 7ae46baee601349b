"""The manifest: which files are the lake, and up to where; the only way in, and the commit point."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

from warehouse.durable import Disk
from warehouse.refused import LakeRefused
from warehouse.storage import Storage, storage_at

FORMAT: Final = 2
"""1 knew no checksums: such a manifest is read, and completed by the next landing."""


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One file: the offsets ``start`` to ``end`` (exclusive) of one partition of one kind.

    A sealed segment never changes but for an erasure, until larger ones take the place of several; one
    that is not is superseded as it grows. ``landed_at`` is when the last of its offsets was landed.
    ``checked`` says how much of the erasure list it was held against, ``without`` who was taken out.
    ``keys`` are the smallest and the largest patient key in it, ``times`` the earliest and the latest
    ``occurred_at``; None where it has none, and in a manifest of format 1.
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
    sha256: str = ""
    keys: tuple[str, str] | None = None
    times: tuple[datetime, datetime] | None = None

    def may_hold(self, patient_key: str) -> bool:
        """Whether rows of this person can be in it; yes where that is not known."""
        if self.keys is None:
            return not self.sha256
        return self.keys[0] <= patient_key <= self.keys[1]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All segments in the order of kind, partition and offset, and the keys of erased people.

    ``superseded`` are files that the last landing replaced; they stay for readers of the manifest before.
    """

    format: int = FORMAT
    segments: tuple[Segment, ...] = ()
    erased: tuple[str, ...] = ()
    superseded: tuple[str, ...] = ()

    def named(self) -> frozenset[str]:
        """The names of all files that are the lake."""
        return frozenset(each.file for each in self.segments)

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

    def replacing(self, gone: Segment | Sequence[Segment] | None, come: Iterable[Segment]) -> "Manifest":
        """The manifest with ``come`` in the place of ``gone``; raises ValueError for a gap or an overlap."""
        leaving = {gone} if isinstance(gone, Segment) else set(gone or ())
        segments = [each for each in self.segments if each not in leaving]
        segments.extend(come)
        segments.sort(key=lambda each: (each.kind, each.partition, each.start))
        for one, other in pairwise(segments):
            if (one.kind, one.partition) == (other.kind, other.partition) and one.end != other.start:
                raise ValueError(f"{one.file} ends at {one.end}, {other.file} begins at {other.start}")
        left = {each.file for each in leaving} - {each.file for each in segments}
        superseded = (*self.superseded, *sorted(left))
        return msgspec.structs.replace(self, segments=tuple(segments), superseded=superseded)

    def erasing(self, keys: Iterable[str]) -> "Manifest":
        """The manifest with these keys on its erasure list."""
        fresh = sorted(set(keys) - set(self.erased))
        return msgspec.structs.replace(self, erased=(*self.erased, *fresh)) if fresh else self


def read_manifest(place: Path | Storage) -> Manifest:
    """The manifest of a lake, an empty one where nothing was landed; raises ``LakeRefused``."""
    storage = storage_at(place)
    try:
        data = storage.manifest()
        found = Manifest() if data is None else msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, OSError) as problem:
        raise LakeRefused(
            f"The lake's manifest {storage.manifest_place} cannot be read ({problem}). Restore it from a "
            "backup of the lake; or move the folder away and run myomap refresh, which lands again what "
            "Kafka still holds."
        ) from problem
    if found.format > FORMAT:
        raise LakeRefused(
            f"The lake's manifest {storage.manifest_place} is of a newer version ({found.format}) than this "
            f"program knows ({FORMAT}): use the version of Myomap that wrote it."
        )
    return found


def write_manifest(place: Path | Storage, manifest: Manifest, disk: Disk | None = None) -> None:
    """Make this manifest the lake, as a whole or not at all; raises ``LakeRefused``."""
    standing = msgspec.structs.replace(manifest, format=FORMAT)
    storage_at(place, disk).swap_manifest(msgspec.json.format(msgspec.json.encode(standing), indent=1))
