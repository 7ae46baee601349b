"""Whether the lake is what its manifest says: ranges without gap or overlap, checksums, rows, strays."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.manifest import FORMAT, Manifest, Segment, read_manifest
from warehouse.storage import Storage

PLACES = ("kafka_partition", "kafka_offset")


@dataclass(frozen=True)
class Finding:
    """Something that is not as the manifest says: a code, where, and what is wrong."""

    code: str
    where: str
    what: str


@dataclass(frozen=True)
class Verified:
    """How much was looked at, and what was found; without findings the lake is whole."""

    place: str
    files: int
    rows: int
    size_bytes: int
    without_checksum: int
    findings: tuple[Finding, ...]


def verify(storage: Storage, on_file: Callable[[int, int], None] | None = None) -> Verified:
    """Read every file that the manifest names; raises ``LakeRefused`` where there is no readable manifest."""
    there = set(storage.names())
    manifest = read_manifest(storage)
    findings = list(_ranges(manifest))
    for number, segment in enumerate(manifest.segments, 1):
        findings += _of_file(storage, segment)
        if on_file is not None:
            on_file(number, len(manifest.segments))
    findings += _strays(storage, there, manifest)
    return Verified(
        place=storage.manifest_place,
        files=len(manifest.segments),
        rows=sum(each.rows for each in manifest.segments),
        size_bytes=sum(each.size_bytes for each in manifest.segments),
        without_checksum=sum(not each.sha256 for each in manifest.segments),
        findings=tuple(findings),
    )


def _ranges(manifest: Manifest) -> Iterator[Finding]:
    for one, other in pairwise(manifest.segments):
        if (one.kind, one.partition) != (other.kind, other.partition):
            continue
        place = f"{one.kind}, partition {one.partition}"
        if one.end != other.start:
            code = "gap" if one.end < other.start else "overlap"
            yield Finding(code, place, f"{one.file} ends at {one.end}, {other.file} begins at {other.start}")
        if not one.sealed:
            yield Finding("order", place, f"{one.file} is not sealed, and {other.file} follows it")


def _of_file(storage: Storage, segment: Segment) -> Iterator[Finding]:
    where = storage.where(segment.file)
    try:
        data = storage.get(segment.file)
    except FileNotFoundError:
        yield Finding("missing", where, "the manifest names it, and it is not there")
        return
    except OSError as problem:
        yield Finding("unreadable", where, str(problem))
        return
    if len(data) != segment.size_bytes:
        yield Finding("size", where, f"{len(data):,} bytes instead of {segment.size_bytes:,}")
    elif segment.sha256 and hashlib.sha256(data).hexdigest() != segment.sha256:
        yield Finding("checksum", where, "its bytes are not those that were landed")
    yield from _of_rows(data, where, segment)


def _of_rows(data: bytes, where: str, segment: Segment) -> Iterator[Finding]:
    try:
        rows = pq.ParquetFile(pa.BufferReader(data)).read(columns=list(PLACES))
    except (OSError, pa.ArrowException) as problem:
        yield Finding("unreadable", where, str(problem))
        return
    if len(rows) != segment.rows:
        yield Finding("rows", where, f"{len(rows):,} rows instead of {segment.rows:,}")
    offsets = rows["kafka_offset"]
    if pc.count_distinct(offsets).as_py() != len(rows):
        yield Finding("repeated", where, "an offset is in it more than once")
    within = pc.and_(pc.greater_equal(offsets, segment.start), pc.less(offsets, segment.end))
    of_partition = pc.equal(rows["kafka_partition"], segment.partition)
    if not pc.all(pc.and_(within, of_partition)).as_py() and len(rows):
        yield Finding("range", where, f"rows are not of {segment.start} to {segment.end} of its partition")


def _strays(storage: Storage, there: set[str], manifest: Manifest) -> Iterator[Finding]:
    """Files that were there before and after, and that neither manifest knows of."""
    later = read_manifest(storage)
    if later.format < FORMAT:
        return  # it does not tell what was superseded
    known = {*manifest.named(), *manifest.superseded, *later.named(), *later.superseded}
    for name in sorted(there.intersection(storage.names()) - known):
        what = "no manifest names it: a landing is under way, or was interrupted and the next one removes it"
        yield Finding("stray", storage.where(name), what)
