"""A person who asked to be forgotten leaves every file of the lake; only the tombstone stays."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from contracts import events as said
from contracts import topics
from warehouse.durable import Disk
from warehouse.lake import Lake
from warehouse.land import land
from warehouse.manifest import read_manifest
from warehouse.refused import LakeRefused

SIZES = {"events": 10, "progression": 4, "transitions": 5}
OF_PATIENTS = ("events", "transitions", "progression")


def mentions(lake: Lake, key: str) -> dict[str, int]:
    """How many rows of each kind speak of a person, in the files of the manifest."""
    return {kind: sum(_count(name, key) for name in lake.files(kind)) for kind in OF_PATIENTS}


def _count(name: str | Path, key: str) -> int:
    keys: list[str] = pq.ParquetFile(name).read(columns=["patient_key"])["patient_key"].to_pylist()
    return keys.count(key)


def erasure(course: Any, now: datetime) -> Any:
    return said.PatientErased(**course.at(now))


def test_all_segments_that_hold_the_person_are_rewritten_and_the_old_files_are_gone(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], now: datetime
) -> None:
    course = make_course(3)
    before = landed(clinic_log, segment_offsets=SIZES)
    assert all(count > 0 for count in mentions(before, course.key).values())
    clinic_log.say(erasure(course, now))
    after = landed(clinic_log, segment_offsets=SIZES)
    named = {Path(name) for kind in OF_PATIENTS for name in after.files(kind)}
    assert set(after.folder.glob("*/*/*")) == named, "a superseded file would still hold the person"
    assert mentions(after, course.key) == {"events": 1, "transitions": 0, "progression": 0}
    assert after.manifest.erased == (course.key,)


def test_nobody_else_loses_a_row_and_no_offset_is_lost(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], now: datetime
) -> None:
    others = [make_course(number).key for number in (0, 1, 2, 4, 5)]
    lake = landed(clinic_log, segment_offsets=SIZES)
    before = [mentions(lake, key) for key in others]
    clinic_log.say(erasure(make_course(3), now))
    after = landed(clinic_log, segment_offsets=SIZES)
    assert [mentions(after, key) for key in others] == before
    ranges = [(each.kind, each.partition, each.start, each.end) for each in after.manifest.segments]
    assert {each[0] for each in ranges} == {"events", "transitions", "progression"}


def test_a_late_upload_does_not_bring_the_person_back(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], now: datetime
) -> None:
    course = make_course(3)
    clinic_log.say(erasure(course, now))
    landed(clinic_log, segment_offsets=SIZES)
    clinic_log.say(*course.events)
    written: list[str] = []

    class Watching(Disk):
        def write(self, path: Path, data: bytes) -> None:
            written.append(path.name)
            super().write(path, data)

    lake = landed(clinic_log, segment_offsets=SIZES, disk=Watching())
    assert mentions(lake, course.key)["events"] == 1
    assert all(".without-" in name for name in written if not name.startswith("manifest")), (
        "not even for a while"
    )


def test_landing_in_rounds_and_at_once_end_in_the_same_sealed_names(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], tmp_path: Path, now: datetime
) -> None:
    for number in (3, 1):
        landed(clinic_log, segment_offsets=SIZES)
        clinic_log.say(erasure(make_course(number), now + timedelta(hours=number)))
    rounds = landed(clinic_log, segment_offsets=SIZES)
    once = landed(clinic_log, tmp_path / "once", segment_offsets=SIZES)
    names = [{each.file for each in lake.manifest.segments if each.sealed} for lake in (rounds, once)]
    assert names[0] == names[1]
    for name in names[0]:
        assert (rounds.folder / name).read_bytes() == (once.folder / name).read_bytes()


def test_an_erasure_that_was_interrupted_is_completed_by_the_next_landing(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], now: datetime
) -> None:
    class FailsOnRewriting(Disk):
        def write(self, path: Path, data: bytes) -> None:
            if "-without-" in path.name or ".without-" in path.name:
                raise OSError(28, "No space left on device")
            super().write(path, data)

    lake = landed(clinic_log, segment_offsets=SIZES)
    clinic_log.say(erasure(make_course(3), now))
    with pytest.raises(LakeRefused):
        land(lake.folder, clinic_log, now, FailsOnRewriting(), SIZES)
    assert all(Path(name).exists() for name in Lake(lake.folder, read_manifest(lake.folder)).files("events"))
    clinic_log.say(*make_course(20).events)
    after = landed(clinic_log, segment_offsets=SIZES)
    assert mentions(after, make_course(3).key) == {"events": 1, "transitions": 0, "progression": 0}
    named = {Path(name) for kind in OF_PATIENTS for name in after.files(kind)}
    assert set(after.folder.glob("*/*/*")) == named, "a superseded file would still hold the person"


def test_an_erasure_that_is_listed_and_was_not_carried_out_leaves_no_superseded_file_either(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake], now: datetime
) -> None:
    class FailsOnSealed(Disk):
        def write(self, path: Path, data: bytes) -> None:
            if ".without-" in path.name and ".tail" not in path.name:
                raise OSError(28, "No space left on device")
            super().write(path, data)

    lake = landed(clinic_log, segment_offsets=SIZES)
    clinic_log.say(erasure(make_course(3), now))
    with pytest.raises(LakeRefused):
        land(lake.folder, clinic_log, now, FailsOnSealed(), SIZES)
    assert read_manifest(lake.folder).erased == (make_course(3).key,)
    after = landed(clinic_log, segment_offsets=SIZES)
    assert mentions(after, make_course(3).key) == {"events": 1, "transitions": 0, "progression": 0}
    named = {Path(name) for kind in OF_PATIENTS for name in after.files(kind)}
    assert set(after.folder.glob("*/*/*")) == named, "a superseded file would still hold the person"


def test_the_erasure_is_on_the_list_in_the_manifest_that_lands_it(
    clinic_log: Any, make_course: Any, tmp_path: Path, now: datetime
) -> None:
    class FailsAfterEvents(Disk):
        def write(self, path: Path, data: bytes) -> None:
            if "transitions" in str(path):
                raise OSError(28, "No space left on device")
            super().write(path, data)

    clinic_log.say(erasure(make_course(3), now))
    assert clinic_log.rows[topics.TRANSITIONS]
    with pytest.raises(LakeRefused):
        land(tmp_path / "lake", clinic_log, now, FailsAfterEvents(), SIZES)
    assert read_manifest(tmp_path / "lake").erased == (make_course(3).key,)
