"""Segments: rows of one range of offsets in one Parquet file with a name that tells what is in it."""

import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.columns import fitted
from warehouse.durable import Disk, put
from warehouse.manifest import Segment
from warehouse.records import Kind
from warehouse.refused import LakeRefused

TOMBSTONE: Final = "PatientErased"
ROW_GROUP: Final = 10_000


def write_segment(
    folder: Path,
    kind: Kind,
    rows: pa.Table,
    draft: Segment,
    erased: Sequence[str],
    disk: Disk,
) -> Segment:
    """Write the rows without the erased people; ``draft`` says which offsets they are.

    The same rows without the same people give the same name and the same bytes.
    """
    kept, gone = without(rows, kind, erased)
    gone = tuple(sorted({*draft.without, *gone}))
    name = file_name(draft, gone)
    data = _parquet(kept.sort_by([(column, "ascending") for column in kind.order]))
    put(disk, folder / name, data)
    return msgspec.structs.replace(
        draft, file=name, rows=len(kept), size_bytes=len(data), checked=len(erased), without=gone
    )


def file_name(draft: Segment, gone: Sequence[str]) -> str:
    """``events/p003/000000050000-000000100000.parquet``, with marks for a tail and for an erasure."""
    mark = "" if draft.sealed else ".tail"
    if gone:
        mark += f".without-{hashlib.sha256(chr(31).join(gone).encode()).hexdigest()[:12]}"
    return f"{draft.kind}/p{draft.partition:03d}/{draft.start:012d}-{draft.end:012d}{mark}.parquet"


def without(rows: pa.Table, kind: Kind, erased: Iterable[str]) -> tuple[pa.Table, tuple[str, ...]]:
    """The rows without these people, and who of them was in the rows; the tombstones stay."""
    if not kind.of_patients or not len(rows):
        return rows, ()
    concerned = pc.is_in(rows["patient_key"], value_set=pa.array(list(erased), pa.string()))
    if "event_type" in rows.column_names:
        is_tombstone = pc.fill_null(pc.equal(rows["event_type"], TOMBSTONE), False)
        concerned = pc.and_(concerned, pc.invert(is_tombstone))
    gone = pc.unique(rows.filter(concerned)["patient_key"]).to_pylist()
    return (rows.filter(pc.invert(concerned)) if gone else rows), tuple(gone)


def read_segment(folder: Path, segment: Segment, kind: Kind) -> pa.Table:
    """The rows of a segment with the columns of today; raises ``LakeRefused``."""
    path = folder / segment.file
    try:
        found = fitted(pq.ParquetFile(path).read(), kind.schema)
    except (OSError, pa.ArrowException) as problem:
        raise LakeRefused(unreadable(path, problem)) from problem
    if len(found) != segment.rows:
        raise LakeRefused(unreadable(path, f"{len(found)} rows instead of {segment.rows}"))
    return found


def unreadable(path: Path, problem: object) -> str:
    """The sentence for a file that the manifest names and that is not what it says."""
    return (
        f"The lake's file {path} cannot be read ({problem}). Restore it from a backup of the lake; or move "
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


def _parquet(rows: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(rows, sink, compression="zstd", row_group_size=ROW_GROUP)
    return sink.getvalue()
