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
from warehouse.manifest import Manifest, read_manifest
from warehouse.rebuild import events_of_table
from warehouse.records import EVENTS
from warehouse.refused import LakeRefused
from warehouse.segments import unreadable


@dataclass(frozen=True)
class Lake:
    """The lake as one manifest says it is; later landings do not change it."""

    folder: Path
    manifest: Manifest

    def files(self, kind: str, partition: int | None = None) -> list[str]:
        """The files of a kind, or of one of its partitions."""
        return [str(self.folder / each.file) for each in self.manifest.of(kind, partition)]


def open_lake(home: Home) -> Lake:
    """The lake of a home as it is now; empty where nothing was landed. Raises ``LakeRefused``."""
    return Lake(home.lake, read_manifest(home.lake))


def events_of(lake: Lake, patient_key: str) -> Iterator[Event]:
    """All landed events of one person in the order of the log, repeated ones too; none of an erased one."""
    if patient_key in lake.manifest.erased:
        return
    filters = [("patient_key", "==", patient_key)]
    found = [_filtered(Path(name), filters) for name in lake.files(EVENTS.name)]
    rows = pa.concat_tables([EVENTS.schema.empty_table(), *found])
    yield from events_of_table(
        rows.sort_by([("kafka_partition", "ascending"), ("kafka_offset", "ascending")])
    )


def events_of_type(lake: Lake, event_type: str, partition: int | None = None) -> Iterator[Event]:
    """All landed events of one type, without those of erased people; of these only the erasure stays."""
    for name in lake.files(EVENTS.name, partition):
        rows = _filtered(Path(name), [("event_type", "==", event_type)])
        yield from events_of_table(rows.filter(pc.is_valid(rows["event_id"])))


def _filtered(path: Path, filters: list[tuple[str, str, str]]) -> pa.Table:
    try:
        return fitted(pq.read_table(path, filters=filters, partitioning=None), EVENTS.schema)
    except (OSError, pa.ArrowException) as problem:
        raise LakeRefused(unreadable(path, problem)) from problem
