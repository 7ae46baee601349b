"""Lands what Kafka holds in the lake: sealed segments cut by offset, and a tail that is superseded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from streams.batch import Record
from warehouse.durable import TEMPORARY, Disk, writing
from warehouse.erasure import erase_from_segments, people_to_erase
from warehouse.manifest import Manifest, Segment, read_manifest, write_manifest
from warehouse.records import EVENTS, KINDS, Kind
from warehouse.refused import LakeRefused
from warehouse.segments import new_segment, read_segment, write_segment


@dataclass(frozen=True)
class Bounds:
    """The first offset that a partition keeps, and the one after the last."""

    begin: int
    end: int


@dataclass(frozen=True)
class Chunk:
    """Records of one partition, and the offset up to which it is read with them."""

    partition: int
    records: Sequence[Record]
    next_offset: int


class Log(Protocol):
    """Where records come from."""

    def bounds(self, topic: str) -> Mapping[int, Bounds]:
        """The bounds of each partition at this moment."""

    def read(self, topic: str, wanted: Mapping[int, tuple[int, int]]) -> Iterator[Chunk]:
        """The records of these ranges; each partition's chunks in order, the last one up to the end."""


@dataclass(frozen=True)
class Landed:
    """What a landing did: the manifest that now stands, and new offsets by kind."""

    manifest: Manifest
    fresh: Mapping[str, int] = field(default_factory=dict)


def land(
    folder: Path,
    log: Log,
    now: datetime,
    disk: Disk | None = None,
    segment_offsets: Mapping[str, int] | None = None,
    on_kind: Callable[[str, int], None] | None = None,
) -> Landed:
    """Append to the lake what the log has beyond it; raises ``LakeRefused``, and the lake stands as before.

    ``segment_offsets`` overrides the offsets in a sealed segment, by kind. One landing at a time.
    """
    landing = _Landing(folder, now, disk or Disk(), dict(segment_offsets or {}))
    landing.sweep()
    fresh = {}
    for kind in KINDS.values():
        fresh[kind.name] = landing.land(kind, log)
        if on_kind is not None:
            on_kind(kind.name, fresh[kind.name])
    landing.erase()
    if landing.is_forgetting:
        landing.sweep()
    return Landed(landing.manifest, fresh)


class _Landing:
    """One landing under way."""

    def __init__(self, folder: Path, now: datetime, disk: Disk, sizes: dict[str, int]) -> None:
        self.folder, self.now, self.disk, self.sizes = folder, now, disk, sizes
        self.manifest = read_manifest(folder)
        self.known_erased = len(self.manifest.erased)

    @property
    def is_forgetting(self) -> bool:
        """Whether somebody was erased in this landing, so that no superseded file may stay."""
        return len(self.manifest.erased) > self.known_erased

    def sweep(self) -> None:
        """Take away what an interrupted landing left, and what the last one superseded."""
        named = {self.folder / each.file for each in self.manifest.segments}
        for path in [*self.folder.glob("*/p*/*"), *self.folder.glob(f"*{TEMPORARY}")]:
            if path not in named:
                with writing(path):
                    self.disk.remove(path)

    def land(self, kind: Kind, log: Log) -> int:
        """Land one kind; gives the number of new offsets."""
        wanted = self._wanted(kind, log.bounds(kind.topic))
        growing = {
            number: _Growing(self, kind, number, start, end) for number, (start, end) in wanted.items()
        }
        for chunk in log.read(kind.topic, wanted):
            growing[chunk.partition].take(chunk)
        for each in growing.values():
            each.finish()
        return sum(end - start for start, end in wanted.values())

    def commit(self, gone: Segment | None, come: Segment, rows: pa.Table | None) -> None:
        """Swap a segment in; the erasures that its rows tell of stand in the same manifest."""
        after = self.manifest.replacing(gone, [come])
        if rows is not None and come.kind == EVENTS.name:
            after = after.erasing(people_to_erase(rows))
        write_manifest(self.folder, after, self.disk)
        self.manifest = after

    def erase(self) -> None:
        """Rewrite the segments that still hold people on the erasure list."""
        self.manifest = erase_from_segments(self.folder, self.manifest, self.disk)

    def _wanted(self, kind: Kind, bounds: Mapping[int, Bounds]) -> dict[int, tuple[int, int]]:
        wanted = {}
        for number, there in bounds.items():
            start = self.manifest.next_offset(kind.name, number)
            _check_fits(kind, number, start, there)
            begin = there.begin if start is None else start
            if begin < there.end:
                wanted[number] = (begin, there.end)
        lost = {each.partition for each in self.manifest.of(kind.name)} - set(bounds)
        if lost:
            raise LakeRefused(
                f"Kafka has no partition {min(lost)} of {kind.topic}, of which the lake holds records. Point "
                "MYOMAP_BROKER at the Kafka that this home was used with, or use another --home."
            )
        return wanted


def _check_fits(kind: Kind, partition: int, start: int | None, there: Bounds) -> None:
    if start is not None and start > there.end:
        raise LakeRefused(
            f"The lake holds partition {partition} of {kind.topic} up to offset {start}, but the log ends at "
            f"{there.end}: the topic was made again. Use the Kafka that this home was used with, or another "
            "--home for this one."
        )
    if kind.is_compacted or there.begin <= (start or 0):
        return
    raise LakeRefused(
        f"Kafka keeps partition {partition} of {kind.topic} only from offset {there.begin}, and the lake "
        f"ends at {start or 0}: what lies between was deleted before it was landed. Restore a backup of "
        "the lake, or have the sources sent again into a fresh --home; then refresh within the retention "
        "period (MYOMAP_RETENTION_DAYS)."
    )


class _Growing:
    """The segment of one partition that is being filled."""

    def __init__(self, landing: _Landing, kind: Kind, partition: int, start: int, end: int) -> None:
        self.landing, self.kind, self.partition = landing, kind, partition
        self.tail = landing.manifest.tail(kind.name, partition)
        self.start = self.tail.start if self.tail else start
        self.next = start
        self.end = end
        self.parts: list[pa.Table] = []
        self.size = landing.sizes.get(kind.name, kind.segment_offsets)

    @property
    def cut(self) -> int:
        """Where the segment ends: at the next multiple of its size."""
        return (self.start // self.size + 1) * self.size

    def take(self, chunk: Chunk) -> None:
        """Take the chunk's records; seal whatever is complete."""
        rows = self.kind.table(self.partition, chunk.records) if chunk.records else None
        while chunk.next_offset >= self.cut:
            self._add(rows, self.next, self.cut)
            self._write(self.cut, sealed=True)
        self._add(rows, self.next, chunk.next_offset)
        self.next = chunk.next_offset

    def finish(self) -> None:
        """What is left becomes the new tail."""
        if self.next != self.end:
            raise LakeRefused(
                f"Partition {self.partition} of {self.kind.topic} was read up to offset {self.next} of "
                f"{self.end}. Nothing of the rest was landed; run: myomap refresh"
            )
        if self.next > self.start:
            self._write(self.next, sealed=False)

    def _add(self, rows: pa.Table | None, start: int, end: int) -> None:
        if rows is not None:
            offsets = rows["kafka_offset"].combine_chunks()
            self.parts.append(rows.filter(_between(offsets, start, end)))

    def _write(self, end: int, sealed: bool) -> None:
        before = [read_segment(self.landing.folder, self.tail, self.kind)] if self.tail else []
        rows = pa.concat_tables([self.kind.schema.empty_table(), *before, *self.parts])
        fresh = pa.concat_tables(self.parts) if self.parts else None
        gone = self.tail.without if self.tail else ()
        draft = new_segment(self.kind, self.partition, self.start, end, sealed, self.landing.now, gone)
        erased = self._erased(fresh)
        written = write_segment(self.landing.folder, self.kind, rows, draft, erased, self.landing.disk)
        self.landing.commit(self.tail, written, fresh)
        self.tail, self.start, self.next, self.parts = None, end, end, []

    def _erased(self, fresh: pa.Table | None) -> tuple[str, ...]:
        known = self.landing.manifest
        if fresh is not None and self.kind is EVENTS:
            known = known.erasing(people_to_erase(fresh))
        return known.erased


def _between(offsets: Any, start: int, end: int) -> Any:
    return pc.and_(pc.greater_equal(offsets, start), pc.less(offsets, end))
