"""Erased people leave the lake: their keys are a list, and segments that hold them are rewritten."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.durable import Disk, writing
from warehouse.manifest import Manifest, Segment, write_manifest
from warehouse.records import KINDS
from warehouse.refused import LakeRefused
from warehouse.segments import TOMBSTONE, read_segment, unreadable, without, write_segment


def people_to_erase(events: pa.Table) -> tuple[str, ...]:
    """Keys of the people whom these rows of events ask to forget."""
    asked = events.filter(pc.equal(events["event_type"], TOMBSTONE))
    return tuple(pc.unique(asked["patient_key"]).to_pylist())


def erase_from_segments(folder: Path, manifest: Manifest, disk: Disk) -> Manifest:
    """Rewrite what holds somebody on the erasure list, swap the manifest, then remove the old files."""
    behind = [each for each in manifest.segments if each.checked < len(manifest.erased)]
    if not behind:
        return manifest
    after, gone = manifest, []
    for each in behind:
        come = _rewritten(folder, each, manifest.erased, disk)
        after = after.replacing(each, [come])
        if come.file != each.file:
            gone.append(folder / each.file)
    write_manifest(folder, after, disk)
    for path in gone:
        with writing(path):
            disk.remove(path)
    return after


def _rewritten(folder: Path, segment: Segment, erased: tuple[str, ...], disk: Disk) -> Segment:
    kind = KINDS[segment.kind]
    if not kind.of_patients or not _holds_any(folder, segment, erased[segment.checked :]):
        return msgspec.structs.replace(segment, checked=len(erased))
    rows = read_segment(folder, segment, kind)
    if without(rows, kind, erased)[1]:
        return write_segment(folder, kind, rows, segment, erased, disk)
    return msgspec.structs.replace(segment, checked=len(erased))


def _holds_any(folder: Path, segment: Segment, keys: Iterable[str]) -> bool:
    path = folder / segment.file
    try:
        found = pq.ParquetFile(path).read(columns=["patient_key"])["patient_key"]
    except (OSError, pa.ArrowException) as problem:
        raise LakeRefused(unreadable(path, problem)) from problem
    return bool(pc.any(pc.is_in(found, value_set=pa.array(list(keys), pa.string()))).as_py())
