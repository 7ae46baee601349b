"""Twenty sealed segments become one, in one swap of the manifest; readers of the older one can finish."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from contracts import events as said
from contracts import topics
from warehouse.compaction import OF_SEALED, due, sealed_offsets
from warehouse.durable import Disk
from warehouse.lake import Lake, events_of
from warehouse.land import compact, land
from warehouse.manifest import Manifest, read_manifest
from warehouse.records import EVENTS
from warehouse.refused import LakeRefused
from warehouse.storage import MANIFEST, LocalFolder
from warehouse.verification import verify

SIZES = {"events": 2}
LARGE = 2 * OF_SEALED


def rows_of(lake: Lake) -> list[tuple[Any, ...]]:
    columns = ["kafka_partition", "kafka_offset", "event_id"]
    tables = [pq.ParquetFile(name).read(columns).to_pylist() for name in lake.files("events")]
    found = (tuple(row[name] for name in columns) for rows in tables for row in rows)
    return sorted(found, key=lambda row: row[:2])


def test_what_is_sealed_of_a_multiple_becomes_one_file_sorted_by_person(
    clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    lake = landed(clinic_log, segment_offsets=SIZES)
    first, second, *_ = lake.manifest.of("events", 0)
    assert (first.start, first.end, second.end - second.start) == (0, LARGE, 2)
    keys = [
        (row["patient_key"], row["kafka_offset"])
        for row in pq.ParquetFile(lake.path(first)).read().to_pylist()
    ]
    assert keys == sorted(keys)
    assert (keys[0][0], keys[-1][0]) == first.keys
    assert list(due(lake.manifest, SIZES)) == []


def test_no_row_is_lost_or_comes_twice(clinic_log: Any, landed: Callable[..., Lake], tmp_path: Path) -> None:
    small = landed(clinic_log, tmp_path / "small", segment_offsets={"events": 1000})
    assert rows_of(landed(clinic_log, segment_offsets=SIZES)) == rows_of(small)


def test_records_that_are_no_events_are_kept_too(
    clinic_log: Any, landed: Callable[..., Lake], now: datetime
) -> None:
    clinic_log.add(topics.EVENTS, 0, "any", b"no event")
    while len(clinic_log.rows[topics.EVENTS][0]) < 2 * LARGE:
        clinic_log.add(topics.EVENTS, 0, "any", None)
    lake = landed(clinic_log, segment_offsets=SIZES)
    offsets = [offset for partition, offset, _ in rows_of(lake) if partition == 0]
    assert offsets == list(range(2 * LARGE))
    assert verify(LocalFolder(lake.folder)).findings == ()


def test_at_every_swap_a_reader_sees_each_landed_row_exactly_once(
    clinic_log: Any, landed: Callable[..., Lake], tmp_path: Path, now: datetime
) -> None:
    whole = rows_of(landed(clinic_log, tmp_path / "whole", segment_offsets={"events": 1000}))
    seen: list[int] = []

    class Reading(Disk):
        """At each swap of the manifest the lake is read."""

        def rename(self, source: Path, target: Path) -> None:
            super().rename(source, target)
            if target.name == MANIFEST:
                rows = rows_of(Lake(target.parent, read_manifest(target.parent)))
                assert len(set(rows)) == len(rows)
                assert set(rows) <= set(whole)
                seen.append(len(rows))

    land(tmp_path / "lake", clinic_log, now, Reading(), SIZES)
    assert seen == sorted(seen), "nothing that was seen is gone at a later moment"
    assert seen[-1] == len(whole)


def test_a_reader_of_the_older_manifest_can_finish_until_the_next_landing(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], mixed: Any
) -> None:
    log = clinic_log
    rows = log.rows[topics.EVENTS][0]
    log.rows[topics.EVENTS][0] = rows[: LARGE - 1]
    before = landed(log, segment_offsets=SIZES)
    log.rows[topics.EVENTS][0] = rows
    after = landed(log, segment_offsets=SIZES)
    gone = set(before.files("events")) - set(after.files("events"))
    assert len(gone) >= OF_SEALED - 1
    assert rows_of(before) == [each for each in rows_of(after) if each[0] != 0 or each[1] < LARGE - 1]
    assert verify(LocalFolder(after.folder)).findings == (), "what was superseded is no stray"
    landed(log, segment_offsets=SIZES)
    assert not any(Path(name).exists() for name in gone)


def test_a_manifest_of_small_segments_is_compacted_on_demand(
    clinic_log: Any, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.compaction.OF_SEALED", 10_000)
    land(tmp_path / "lake", clinic_log, now, segment_offsets={"events": 1})
    monkeypatch.setattr("warehouse.compaction.OF_SEALED", 20)
    monkeypatch.setattr("warehouse.land.sealed_offsets", lambda *_: 1)
    monkeypatch.setattr("warehouse.compaction.sealed_offsets", lambda *_: 1)
    before = rows_of(Lake(tmp_path / "lake", read_manifest(tmp_path / "lake")))
    told: list[int] = []
    manifest = compact(tmp_path / "lake", now, lambda _, left: told.append(left))
    assert told == sorted(told, reverse=True)
    assert told[-1] == 0
    assert all(each.end - each.start == 20 for each in manifest.of("events", 0)[:-18])
    assert rows_of(Lake(tmp_path / "lake", manifest)) == before
    assert compact(tmp_path / "lake", now) == manifest


def test_an_interrupted_compaction_leaves_the_small_ones_and_the_next_landing_does_it(
    clinic_log: Any, landed: Callable[..., Lake], tmp_path: Path, now: datetime
) -> None:
    class FailsOnLarge(Disk):
        def write(self, path: Path, data: bytes) -> None:
            if f"{0:012d}-{LARGE:012d}" in path.name:
                raise OSError(28, "No space left on device")
            super().write(path, data)

    whole = landed(clinic_log, tmp_path / "whole", segment_offsets=SIZES)
    with pytest.raises(LakeRefused):
        land(tmp_path / "lake", clinic_log, now, FailsOnLarge(), SIZES)
    standing = read_manifest(tmp_path / "lake")
    assert standing.next_offset("events", 0) == LARGE
    after = landed(clinic_log, segment_offsets=SIZES)
    assert [each.file for each in after.manifest.segments] == [each.file for each in whole.manifest.segments]


def test_an_erased_person_leaves_a_large_segment_as_if_never_there(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], tmp_path: Path, now: datetime
) -> None:
    landed(clinic_log, segment_offsets=SIZES)
    course = make_course(4)
    clinic_log.say(said.PatientErased(**course.at(now)))
    lake = landed(clinic_log, segment_offsets=SIZES)
    once = landed(clinic_log, tmp_path / "once", segment_offsets=SIZES)
    assert list(events_of(lake, course.key)) == []
    large = [each for each in lake.manifest.of("events", 0) if each.end - each.start == LARGE]
    assert [".without-" in each.file for each in large] == [True]
    assert {each.file: lake.path(each).read_bytes() for each in lake.manifest.segments if each.sealed} == {
        each.file: once.path(each).read_bytes() for each in once.manifest.segments if each.sealed
    }


def test_every_kind_is_compacted(
    make_log: Any, make_worker: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    log = make_log()
    log.say(*make_course(2).events)
    make_worker(log, batch=1).run()
    for number in range(OF_SEALED + 1):
        log.tell(
            topics.REJECTED,
            {"record_id": str(number), "source": "any", "received_at": "2026-01-05T09:00:00Z"},
        )
    lake = landed(log, segment_offsets={"progression": 1, "rejected": 1})
    for kind in ("progression", "rejected"):
        first, *_ = lake.manifest.of(kind)
        assert (first.start, first.end) == (0, OF_SEALED)
    assert verify(LocalFolder(lake.folder)).findings == ()


def test_who_was_taken_out_of_one_of_the_small_segments_is_told_in_the_name_of_the_large_one(
    make_log: Any, make_course: Any, landed: Callable[..., Lake], tmp_path: Path, now: datetime
) -> None:
    staying, going = make_course(2, sessions=12), make_course(4)
    log = make_log()
    log.say(*staying.events[:10], *going.events[:6], said.PatientErased(**going.at(now)))
    landed(log, segment_offsets=SIZES)
    log.say(*staying.events[10:])
    rounds = landed(log, segment_offsets=SIZES).manifest.of("events", 0)[0]
    once = landed(log, tmp_path / "once", segment_offsets=SIZES).manifest.of("events", 0)[0]
    assert (once.end, once.without) == (LARGE, (going.key,))
    assert (rounds.file, rounds.sha256) == (once.file, once.sha256)


def test_one_file_alone_is_never_due(now: datetime) -> None:
    assert list(due(Manifest(), SIZES)) == []
    assert sealed_offsets("events", {}) == EVENTS.segment_offsets
