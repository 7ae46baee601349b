"""Segments: rows of one range of offsets in one Parquet file with a name that tells what is in it."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.columns import fitted
from warehouse.composing import Composer, widened
from warehouse.durable import Disk
from warehouse.manifest import Segment
from warehouse.records import Kind
from warehouse.refused import LakeRefused
from warehouse.storage import Storage, storage_at

OF_A_SEAL: Final = 5
"""A row group holds this part of the offsets of a sealed segment: few rows have to be read for one person."""


def write_segment(
    place: Path | Storage,
    kind: Kind,
    rows: pa.Table | Iterable[pa.Table],
    draft: Segment,
    erased: Sequence[str],
    disk: Disk | None = None,
    sealed_offsets: int | None = None,
) -> Segment:
    """Write the rows without the erased people; ``draft`` says which offsets they are.

    A table may be in any order; several tables are in the order of the kind already, one after the other,
    and only a row group of them is held. The same rows without the same people give the same name and the
    same bytes. ``sealed_offsets`` are those of a sealed segment, where they are not the kind's.
    """
    composer = Composer(kind, erased, group_rows(kind, sealed_offsets))
    for each in (in_order(rows, kind),) if isinstance(rows, pa.Table) else rows:
        composer.add(each)
    composed = composer.finish()
    gone = tuple(sorted({*draft.without, *composed.gone}))
    name = file_name(draft, gone)
    storage_at(place, disk).put(name, composed.data)
    return msgspec.structs.replace(
        draft,
        file=name,
        rows=composed.rows,
        size_bytes=len(composed.data),
        sha256=hashlib.sha256(composed.data).hexdigest(),
        keys=composed.keys,
        times=composed.times,
        checked=len(erased),
        without=gone,
    )


def group_rows(kind: Kind, sealed_offsets: int | None) -> int:
    """The rows of a row group."""
    return max(1, (sealed_offsets or kind.segment_offsets) // OF_A_SEAL)


def in_order(rows: pa.Table, kind: Kind) -> pa.Table:
    """The rows in the order in which they stand in a file."""
    return rows.combine_chunks().sort_by([(column, "ascending") for column in kind.order])


def file_name(draft: Segment, gone: Sequence[str]) -> str:
    """``events/p003/000000050000-000000100000.parquet``, with marks for a tail and for an erasure."""
    mark = "" if draft.sealed else ".tail"
    if gone:
        mark += f".without-{hashlib.sha256(chr(31).join(gone).encode()).hexdigest()[:12]}"
    return f"{draft.kind}/p{draft.partition:03d}/{draft.start:012d}-{draft.end:012d}{mark}.parquet"


def read_segment(place: Path | Storage, segment: Segment, kind: Kind) -> pa.Table:
    """The rows of a segment with the columns of today; raises ``LakeRefused``."""
    groups = list(row_groups(place, segment, kind))
    return pa.concat_tables([kind.schema.empty_table(), *groups])


def row_groups(place: Path | Storage, segment: Segment, kind: Kind) -> Iterator[pa.Table]:
    """The rows of a segment, one row group at a time; raises ``LakeRefused``."""
    storage, count = storage_at(place), 0
    try:
        with opened(storage, segment) as file:
            for number in range(file.num_row_groups):
                rows = fitted(file.read_row_group(number), kind.schema)
                count += len(rows)
                yield rows
    except (OSError, pa.ArrowException) as problem:
        raise LakeRefused(unreadable(storage.where(segment.file), problem)) from problem
    if count != segment.rows:
        raise LakeRefused(unreadable(storage.where(segment.file), f"{count} rows instead of {segment.rows}"))


def opened(storage: Storage, segment: Segment) -> Any:
    """The Parquet file of a segment; raises OSError or pyarrow's errors."""
    return pq.ParquetFile(storage.local(segment.file, segment.sha256), memory_map=True)


def with_checksum(place: Path | Storage, segment: Segment) -> Segment:
    """A segment of an older manifest with what that one did not know yet; raises ``LakeRefused``."""
    storage = storage_at(place)
    try:
        data = storage.get(segment.file)
        file = pq.ParquetFile(pa.BufferReader(data))
        wanted = [name for name in ("patient_key", "occurred_at") if name in file.schema_arrow.names]
        rows = file.read(columns=wanted)
    except (OSError, pa.ArrowException) as problem:
        raise LakeRefused(unreadable(storage.where(segment.file), problem)) from problem
    if file.metadata.num_rows != segment.rows:
        lacking = f"{file.metadata.num_rows} rows instead of {segment.rows}"
        raise LakeRefused(unreadable(storage.where(segment.file), lacking))
    return msgspec.structs.replace(
        segment,
        sha256=hashlib.sha256(data).hexdigest(),
        keys=widened(None, rows, "patient_key"),
        times=widened(None, rows, "occurred_at"),
    )


def unreadable(place: object, problem: object) -> str:
    """The sentence for a file that the manifest names and that is not what it says."""
    return (
        f"The lake's file {place} cannot be read ({problem}). Restore it from a backup of the lake; or move "
        "the lake's folder away and run myomap refresh, which lands again what Kafka still holds."
    )


def new_segment(
    kind: Kind,
    partition: int,
    start: int,
    end: int,
    sealed: bool,
    landed_at: datetime,
    gone: tuple[str, ...] = (),
) -> Segment:
    """A segment of these offsets before it is written; ``gone`` were taken out of a part of it before."""
    return Segment(
        file="",
        kind=kind.name,
        partition=partition,
        start=start,
        end=end,
        sealed=sealed,
        rows=0,
        size_bytes=0,
        landed_at=landed_at,
        without=gone,
    )
