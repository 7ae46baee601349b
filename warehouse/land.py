"""Lands what Kafka holds in the lake: sealed segments cut by offset, and a tail that is superseded."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Final, Protocol

import msgspec
import pyarrow as pa

from streams.batch import Record
from warehouse.compaction import compacted, due, sealed_offsets
from warehouse.durable import Disk
from warehouse.erasure import erase_from_segments, people_to_erase
from warehouse.manifest import Manifest, Segment, read_manifest, write_manifest
from warehouse.records import EVENTS, KINDS, Kind
from warehouse.refused import LakeRefused
from warehouse.segments import new_segment, read_segment, with_checksum, write_segment
from warehouse.storage import Storage, storage_at

PARTS_OF_A_SEAL: Final = 10
"""So many portions of a sealed segment are decoded one after the other: what waits raw stays small."""


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
    place: Path | Storage,
    log: Log,
    now: datetime,
    disk: Disk | None = None,
    segment_offsets: Mapping[str, int] | None = None,
    on_kind: Callable[[str, int], None] | None = None,
) -> Landed:
    """Append to the lake what the log has beyond it; raises ``LakeRefused``, and the lake stands as before.

    ``place`` is a folder or a storage; ``segment_offsets`` overrides the offsets in a sealed segment, by
    kind. One landing at a time.
    """
    landing = _Landing(storage_at(place, disk), now, dict(segment_offsets or {}))
    landing.sweep()
    landing.complete()
    fresh = {}
    for kind in KINDS.values():
        fresh[kind.name] = landing.land(kind, log)
        landing.compact(kind.name)
        if on_kind is not None:
            on_kind(kind.name, fresh[kind.name])
    landing.erase()
    if landing.is_forgetting:
        landing.sweep()
    return Landed(landing.manifest, fresh)


def compact(
    place: Path | Storage, now: datetime, on_done: Callable[[str, int], None] | None = None
) -> Manifest:
    """Compact what is due, without a log; gives the manifest that then stands. Raises ``LakeRefused``.

    ``on_done`` is told each file that came, and how many are still to come.
    """
    landing = _Landing(storage_at(place), now, {})
    landing.sweep()
    landing.complete()
    landing.compact(None, on_done)
    return landing.manifest


class _Landing:
    """One landing under way."""

    def __init__(self, storage: Storage, now: datetime, sizes: dict[str, int]) -> None:
        self.storage, self.now, self.sizes = storage, now, sizes
        self.manifest = read_manifest(storage)
        # What was heeded of the erasure list in every segment; an interrupted landing may have left some.
        known = len(self.manifest.erased)
        self.heeded = min([known, *(each.checked for each in self.manifest.segments)])
        self.has_written = False

    @property
    def is_forgetting(self) -> bool:
        """Whether somebody was erased in this landing, so that no superseded file may stay."""
        return len(self.manifest.erased) > self.heeded

    def sweep(self) -> None:
        """Take away what an interrupted landing left, and what the last one superseded."""
        named = self.manifest.named()
        left = [name for name in self.storage.names() if name not in named]
        if not named and sum(name.endswith(".parquet") for name in left) > 1:
            # Every file but the one under way is in a manifest as soon as it is written.
            raise LakeRefused(
                f"The lake has files but no manifest {self.storage.manifest_place}. Restore it from a backup "
                "of the lake; or move the lake away and run myomap refresh, which lands again what Kafka "
                "still holds."
            )
        for name in left:
            self.storage.remove(name)
        self.storage.tidy(named)

    def complete(self) -> None:
        """Add to a manifest of the older format what it did not know."""
        if all(each.sha256 for each in self.manifest.segments):
            return
        whole = tuple(
            each if each.sha256 else with_checksum(self.storage, each) for each in self.manifest.segments
        )
        self._write(msgspec.structs.replace(self.manifest, segments=whole))

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

    def compact(self, kind: str | None, on_done: Callable[[str, int], None] | None = None) -> None:
        """Put larger segments in the place of sealed ones wherever that is due."""
        waiting = list(due(self.manifest, self.sizes, kind))
        for number, found in enumerate(waiting, 1):
            come = compacted(self.storage, found, self.manifest.erased, self.sizes)
            self._write(self.manifest.replacing(found, [come]))
            if on_done is not None:
                on_done(come.file, len(waiting) - number)

    def commit(self, gone: Segment | None, come: Segment, rows: pa.Table | None) -> None:
        """Swap a segment in; the erasures that its rows tell of stand in the same manifest."""
        after = self.manifest.replacing(gone, [come])
        if rows is not None and come.kind == EVENTS.name:
            after = after.erasing(people_to_erase(rows))
        self._write(after)

    def erase(self) -> None:
        """Rewrite the segments that still hold people on the erasure list."""
        self.manifest = erase_from_segments(self.storage, self.manifest, sizes=self.sizes)

    def _write(self, after: Manifest) -> None:
        """Swap the manifest; what the landing before superseded is swept, and no longer told of."""
        if not self.has_written:
            before = len(self.manifest.superseded)
            after = msgspec.structs.replace(after, superseded=after.superseded[before:])
            self.has_written = True
        write_manifest(self.storage, after)
        self.manifest = after

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
        self.size = sealed_offsets(kind.name, landing.sizes)
        self.waiting: list[Record] = []
        self.parts: list[pa.Table] = []

    @property
    def cut(self) -> int:
        """Where the segment ends: at the next multiple of its size."""
        return (self.start // self.size + 1) * self.size

    def take(self, chunk: Chunk) -> None:
        """Take the chunk's records; seal whatever is complete."""
        records = chunk.records
        while chunk.next_offset >= self.cut:
            cut = self.cut
            within = bisect_left(records, cut, key=_OFFSET)
            self._add(records[:within])
            records = records[within:]
            self._write(cut, sealed=True)
            self.landing.compact(self.kind.name)
        self._add(records)
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

    def _add(self, records: Sequence[Record]) -> None:
        """Keep records raw until a portion is full: a table of few rows costs as much as one of many."""
        self.waiting.extend(records[bisect_left(records, self.next, key=_OFFSET) :])
        if len(self.waiting) * PARTS_OF_A_SEAL >= self.size:
            self._decode()

    def _decode(self) -> None:
        if self.waiting:
            self.parts.append(self.kind.table(self.partition, self.waiting))
            self.waiting = []

    def _write(self, end: int, sealed: bool) -> None:
        self._decode()
        landing, tail = self.landing, self.tail
        before = [read_segment(landing.storage, tail, self.kind)] if tail else []
        rows = pa.concat_tables([self.kind.schema.empty_table(), *before, *self.parts])
        fresh = pa.concat_tables(self.parts) if self.parts else None
        gone = tail.without if tail else ()
        draft = new_segment(self.kind, self.partition, self.start, end, sealed, landing.now, gone)
        written = write_segment(
            landing.storage, self.kind, rows, draft, self._erased(fresh), sealed_offsets=self.size
        )
        landing.commit(tail, written, fresh)
        self.tail, self.start, self.next, self.parts = None, end, end, []

    def _erased(self, fresh: pa.Table | None) -> tuple[str, ...]:
        known = self.landing.manifest
        if fresh is not None and self.kind is EVENTS:
            known = known.erasing(people_to_erase(fresh))
        return known.erased


_OFFSET: Final = attrgetter("offset")
