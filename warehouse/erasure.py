"""Erased people leave the lake: their keys are a list, and segments that hold them are rewritten."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.compaction import sealed_offsets
from warehouse.composing import TOMBSTONE, without
from warehouse.durable import Disk
from warehouse.manifest import Manifest, Segment, write_manifest
from warehouse.records import KINDS
from warehouse.refused import LakeRefused
from warehouse.segments import opened, row_groups, unreadable, write_segment
from warehouse.storage import Storage, storage_at


def people_to_erase(events: pa.Table) -> tuple[str, ...]:
    """Keys of the people whom these rows of events ask to forget."""
    asked = events.filter(pc.equal(events["event_type"], TOMBSTONE))
    return tuple(pc.unique(asked["patient_key"]).to_pylist())


def erase_from_segments(
    place: Path | Storage,
    manifest: Manifest,
    disk: Disk | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Manifest:
    """Rewrite what holds somebody on the erasure list and swap the manifest; the old files are swept then."""
    behind = [each for each in manifest.segments if each.checked < len(manifest.erased)]
    if not behind:
        return manifest
    storage, after = storage_at(place, disk), manifest
    for each in behind:
        after = after.replacing(each, [_rewritten(storage, each, manifest.erased, sizes or {})])
    write_manifest(storage, after)
    return after


def _rewritten(
    storage: Storage, segment: Segment, erased: tuple[str, ...], sizes: Mapping[str, int]
) -> Segment:
    kind = KINDS[segment.kind]
    if not kind.of_patients or not _holds_any(storage, segment, erased[segment.checked :]):
        return msgspec.structs.replace(segment, checked=len(erased))
    rows = row_groups(storage, segment, kind)
    sealed = sealed_offsets(kind.name, sizes)
    if any(without(each, kind, erased)[1] for each in row_groups(storage, segment, kind)):
        return write_segment(storage, kind, rows, segment, erased, sealed_offsets=sealed)
    return msgspec.structs.replace(segment, checked=len(erased))


def _holds_any(storage: Storage, segment: Segment, keys: Iterable[str]) -> bool:
    wanted = [key for key in keys if segment.may_hold(key)]
    if not wanted:
        return False
    try:
        with opened(storage, segment) as file:
            found = file.read(columns=["patient_key"])["patient_key"]
    except (OSError, pa.ArrowException) as problem:
        raise LakeRefused(unreadable(storage.where(segment.file), problem)) from problem
    return bool(pc.any(pc.is_in(found, value_set=pa.array(wanted, pa.string()))).as_py())
