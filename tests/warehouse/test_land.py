"""Landing in any number of rounds, with any failure in between, gives the same lake."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import faulty_disk
import pyarrow.parquet as pq
import pytest
from faulty_disk import write_records
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import events as said
from contracts import topics
from warehouse.durable import TEMPORARY
from warehouse.lake import Lake, events_of
from warehouse.land import land
from warehouse.manifest import read_manifest
from warehouse.refused import LakeRefused
from warehouse.storage import LocalFolder
from warehouse.verification import verify

SIZES = {"events": 10, "progression": 4, "transitions": 5}


def rows_of(lake: Lake, kind: str = "events") -> list[tuple[int, int, Any]]:
    """Partition, offset and identity of every row, in the order of the files."""
    tables = [pq.ParquetFile(name).read() for name in lake.files(kind)]
    columns = ("kafka_partition", "kafka_offset", "event_id" if kind == "events" else "patient_key")
    return [tuple(row[name] for name in columns) for table in tables for row in table.to_pylist()]


def sealed(lake: Lake) -> dict[str, bytes]:
    return {
        each.file: (lake.folder / each.file).read_bytes() for each in lake.manifest.segments if each.sealed
    }


def test_every_record_is_landed_once_with_its_offset(clinic_log: Any, landed: Callable[..., Lake]) -> None:
    lake = landed(clinic_log, segment_offsets=SIZES)
    spoken = clinic_log.rows[topics.EVENTS]
    assert sorted(row[:2] for row in rows_of(lake)) == [
        (number, row.offset) for number, rows in sorted(spoken.items()) for row in rows
    ]


def test_sealed_segments_end_at_multiples_and_the_rest_is_a_tail(
    clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    lake = landed(clinic_log, segment_offsets=SIZES)
    found = lake.manifest.of("events", 0)
    assert all(each.end - each.start == 10 and each.end % 10 == 0 for each in found if each.sealed)
    assert [each.sealed for each in found] == [True] * (len(found) - 1) + [False]
    assert all((".tail" in each.file) != each.sealed for each in found)


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(0, 60), max_size=5), chunk=st.integers(1, 25), size=st.integers(3, 40))
def test_any_number_of_rounds_gives_the_same_rows_and_the_same_sealed_files(
    tmp_path_factory: Any, make_log: Any, make_course: Any, mixed: Any, cuts: list[int], chunk: int, size: int
) -> None:
    events = mixed([make_course(number, sessions=4) for number in range(4)])
    now = datetime.fromisoformat("2026-06-01T00:00:00+00:00")
    log, at_once = make_log(chunk), make_log()
    at_once.say(*events)
    folder = tmp_path_factory.mktemp("lake")
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(events)], strict=True):
        log.say(*events[start:end])
        lake = Lake(
            folder / "rounds", land(folder / "rounds", log, now, segment_offsets={"events": size}).manifest
        )
    other = Lake(
        folder / "once", land(folder / "once", at_once, now, segment_offsets={"events": size}).manifest
    )
    assert sorted(rows_of(lake)) == sorted(rows_of(other))
    assert sealed(lake) == sealed(other)
    for number in (0, 1):
        offsets = sorted(offset for partition, offset, _ in rows_of(lake) if partition == number)
        assert offsets == list(range(len(at_once.rows[topics.EVENTS].get(number, ()))))


@settings(max_examples=30, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 40), max_size=3),
    chunk=st.integers(1, 25),
    size=st.integers(2, 6),
    fails=st.lists(st.integers(1, 100), max_size=3),
    erased=st.sets(st.integers(0, 3), max_size=2),
)
def test_interruptions_and_erasures_end_in_the_lake_that_one_landing_makes(
    tmp_path_factory: Any,
    make_log: Any,
    make_course: Any,
    mixed: Any,
    failing_disk: Any,
    cuts: list[int],
    chunk: int,
    size: int,
    fails: list[int],
    erased: set[int],
) -> None:
    """Sealed and compacted files have the same names and content; who was erased stays away."""
    now = datetime.fromisoformat("2026-06-01T00:00:00+00:00")
    people = [make_course(number, sessions=2) for number in range(4)]
    events = mixed(people)
    events[20:20] = [said.PatientErased(**people[number].at(now)) for number in sorted(erased)]
    folder, log, at_once = tmp_path_factory.mktemp("lake"), make_log(chunk), make_log()
    at_once.say(*events)
    sizes = {"events": size}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warehouse.compaction.OF_SEALED", 2)
        for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(events)], strict=True):
            log.say(*events[start:end])
            disk = failing_disk(fails.pop() if fails else 9999)
            with contextlib.suppress(LakeRefused):
                land(folder / "rounds", log, now, disk, sizes)
        manifests = [
            land(folder / name, topic, now, segment_offsets=sizes).manifest
            for name, topic in (("rounds", log), ("once", at_once))
        ]
    lakes = [Lake(folder / name, each) for name, each in zip(("rounds", "once"), manifests, strict=True)]
    assert any(each.end - each.start == 2 * size for each in manifests[0].segments)
    assert sealed(lakes[0]) == sealed(lakes[1])
    assert sorted(rows_of(lakes[0])) == sorted(rows_of(lakes[1]))
    for lake in lakes:
        assert verify(LocalFolder(lake.folder)).findings == ()
        assert not any(list(events_of(lake, people[number].key)) for number in erased)


def test_landing_again_without_news_changes_nothing(
    clinic_log: Any, landed: Callable[..., Lake], tmp_path: Path, now: datetime
) -> None:
    lake = landed(clinic_log)
    again = land(lake.folder, clinic_log, now)
    assert again.manifest == lake.manifest
    assert not any(again.fresh.values())


def test_fresh_events_show_at_once_and_the_superseded_tail_is_swept_later(
    clinic_log: Any, landed: Callable[..., Lake], make_course: Any
) -> None:
    before = landed(clinic_log)
    clinic_log.say(*make_course(20).events)
    after = landed(clinic_log)
    assert len(rows_of(after)) == len(rows_of(before)) + len(make_course(20).events)
    superseded = set(before.files("events")) - set(after.files("events"))
    assert superseded
    assert all(Path(name).exists() for name in superseded), "a reader of the old manifest can still read"
    landed(clinic_log)
    assert not any(Path(name).exists() for name in superseded)


def test_what_an_interrupted_landing_left_is_swept(clinic_log: Any, landed: Callable[..., Lake]) -> None:
    lake = landed(clinic_log)
    torn = [lake.folder / f"events/p000/x.parquet{TEMPORARY}", lake.folder / "events/p000/orphan.parquet"]
    torn.append(lake.folder / f"manifest.json{TEMPORARY}")
    for path in torn:
        path.write_bytes(b"torn")
    landed(clinic_log)
    assert not any(path.exists() for path in torn)


def test_a_disk_that_fails_at_any_step_leaves_a_whole_lake_and_the_next_landing_completes_it(
    clinic_log: Any,
    landed: Callable[..., Lake],
    tmp_path: Path,
    make_course: Any,
    now: datetime,
    failing_disk: Any,
) -> None:
    whole = landed(clinic_log, tmp_path / "whole", segment_offsets=SIZES)
    steps, complete = 0, False
    while not complete:
        folder = tmp_path / f"failing-{steps}"
        try:
            land(folder, clinic_log, now, failing_disk(steps), SIZES)
            complete = True
        except LakeRefused as refused:
            assert "could not be written (No space left on device)" in str(refused)
        standing = Lake(folder, read_manifest(folder))
        assert set(rows_of(standing)) <= set(rows_of(whole))
        for kind in SIZES:
            assert all(Path(name).exists() for name in standing.files(kind))
        if not complete:
            finished = Lake(folder, land(folder, clinic_log, now, segment_offsets=SIZES).manifest)
            assert sorted(rows_of(finished)) == sorted(rows_of(whole))
            assert sealed(finished) == sealed(whole)
        steps += 1 if steps < 12 else 41
    assert steps > 50


def test_killed_at_any_moment_the_lake_stays_whole(
    clinic_log: Any, landed: Callable[..., Lake], tmp_path: Path, now: datetime
) -> None:
    whole = landed(clinic_log, tmp_path / "whole", segment_offsets=SIZES)
    records = write_records(clinic_log, tmp_path / "records.json")
    places = os.pathsep.join([*sys.path, str(Path(faulty_disk.__file__).parent)])
    chance = random.Random(4)
    folder = tmp_path / "killed"
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", _LANDER, str(folder), str(records)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": places},
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"go\n"
        time.sleep(chance.uniform(0.0, 0.08))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        standing = Lake(folder, read_manifest(folder))
        assert set(rows_of(standing)) <= set(rows_of(whole))
    finished = Lake(folder, land(folder, clinic_log, now, segment_offsets=SIZES).manifest)
    assert sorted(rows_of(finished)) == sorted(rows_of(whole))
    assert sealed(finished) == sealed(whole)


_LANDER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from faulty_disk import LogOfRecords
from warehouse.durable import Disk
from warehouse.land import land

class Slow(Disk):
    def write(self, path, data):
        with path.open("wb") as handle:
            for at in range(0, len(data), 512):
                handle.write(data[at:at + 512])
                handle.flush()
            time.sleep(0.001)
            self.sync(handle.fileno())

print("go", flush=True)
sizes = {"events": 10, "progression": 4, "transitions": 5}
land(Path(sys.argv[1]), LogOfRecords(Path(sys.argv[2])), datetime(2026, 6, 1, tzinfo=UTC), Slow(), sizes)
"""


def test_records_that_kafka_deleted_before_they_were_landed_are_a_refusal(
    clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    lake = landed(clinic_log)
    ends = {each.partition: each.end for each in lake.manifest.of("events")}
    clinic_log.keeps_from[topics.EVENTS, 0] = ends[0] + 1
    clinic_log.rows[topics.EVENTS][0] += clinic_log.rows[topics.EVENTS][0][:3]
    with pytest.raises(LakeRefused, match="was deleted before it was landed"):
        landed(clinic_log)


def test_what_kafka_deleted_after_it_was_landed_is_no_loss(
    clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    lake = landed(clinic_log)
    clinic_log.keeps_from[topics.EVENTS, 0] = lake.manifest.next_offset("events", 0)
    assert landed(clinic_log).manifest == lake.manifest


def test_a_topic_that_was_made_again_is_refused(clinic_log: Any, landed: Callable[..., Lake]) -> None:
    landed(clinic_log)
    del clinic_log.rows[topics.EVENTS][0][5:]
    with pytest.raises(LakeRefused, match="the topic was made again"):
        landed(clinic_log)


def test_a_kafka_without_the_topic_is_refused(clinic_log: Any, landed: Callable[..., Lake]) -> None:
    landed(clinic_log)
    del clinic_log.rows[topics.EVENTS]
    with pytest.raises(LakeRefused, match="Point MYOMAP_BROKER at the Kafka"):
        landed(clinic_log)


def test_a_log_that_stops_short_is_refused_and_its_whole_segments_stay(
    clinic_log: Any, landed: Callable[..., Lake], tmp_path: Path, now: datetime
) -> None:
    read = clinic_log.read
    clinic_log.read = lambda topic, wanted: (each for each in list(read(topic, wanted))[:-1])
    with pytest.raises(LakeRefused, match="was read up to offset"):
        land(tmp_path / "short", clinic_log, now, segment_offsets=SIZES)
    assert all(each.sealed for each in read_manifest(tmp_path / "short").of("events", 1))
