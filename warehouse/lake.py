"""The lake for its readers: which files the manifest names, and the events in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contracts.events import Event
from contracts.settings import Home
from warehouse.columns import fitted
from warehouse.manifest import Manifest, Segment, read_manifest
from warehouse.object_store import object_store
from warehouse.rebuild import events_of_table
from warehouse.records import EVENTS
from warehouse.refused import LakeRefused
from warehouse.segments import unreadable
from warehouse.storage import LocalFolder, Storage


@dataclass(frozen=True)
class Lake:
    """The lake as one manifest says it is; later landings do not change it.

    ``folder`` is where its files are on this host: the lake itself, or copies of what lies in ``storage``.
    """

    folder: Path
    manifest: Manifest
    storage: Storage | None = None

    def files(self, kind: str, partition: int | None = None) -> list[str]:
        """The files of a kind, or of one of its partitions, on this host; raises ``LakeRefused``."""
        return [str(self.path(each)) for each in self.manifest.of(kind, partition)]

    def path(self, segment: Segment) -> Path:
        """The file of a segment, fetched where it lies in an object store; raises ``LakeRefused``."""
        if self.storage is None:
            return self.folder / segment.file
        try:
            return self.storage.local(segment.file, segment.sha256)
        except OSError as problem:
            raise LakeRefused(unreadable(self.storage.where(segment.file), problem)) from problem


def storage_of(home: Home) -> Storage:
    """Where the lake of a home lies; raises ``LakeRefused`` for an address that is none."""
    return LocalFolder(home.lake) if home.lake_address is None else object_store(home.lake_address, home.lake)


def open_lake(home: Home) -> Lake:
    """The lake of a home as it is now; empty where nothing was landed. Raises ``LakeRefused``."""
    storage = storage_of(home)
    manifest = read_manifest(storage)
    storage.tidy(manifest.named())
    return Lake(home.lake, manifest, storage)


def events_of(lake: Lake, patient_key: str) -> Iterator[Event]:
    """All landed events of one person in the order of the log, repeated ones too; none of an erased one.

    Files that cannot hold the person are not opened, and of the others only the row groups that may.
    """
    if patient_key in lake.manifest.erased:
        return
    wanted = pc.field("patient_key") == patient_key
    found = [
        rows_of(lake, each, wanted) for each in lake.manifest.of(EVENTS.name) if each.may_hold(patient_key)
    ]
    rows = pa.concat_tables([EVENTS.schema.empty_table(), *found])
    yield from events_of_table(
        rows.sort_by([("kafka_partition", "ascending"), ("kafka_offset", "ascending")])
    )


def events_of_type(lake: Lake, event_type: str, partition: int | None = None) -> Iterator[Event]:
    """All landed events of one type, without those of erased people; of these only the erasure stays."""
    for segment in lake.manifest.of(EVENTS.name, partition):
        rows = rows_of(lake, segment, pc.field("event_type") == event_type)
        yield from events_of_table(rows.filter(pc.is_valid(rows["event_id"])))


def rows_of(lake: Lake, segment: Segment, wanted: pc.Expression) -> pa.Table:
    """The wanted rows of one of the lake's segments of events; raises ``LakeRefused``."""
    path = lake.path(segment)
    try:
        return fitted(pq.read_table(path, filters=wanted, partitioning=None), EVENTS.schema)
    except (OSError, pa.ArrowException) as problem:
        raise LakeRefused(unreadable(path, problem)) from problem
