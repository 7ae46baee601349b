"""Whatever is not as the manifest says is found, named and told apart."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from warehouse.lake import Lake
from warehouse.manifest import Manifest, Segment, read_manifest, write_manifest
from warehouse.refused import LakeRefused
from warehouse.storage import MANIFEST, LocalFolder
from warehouse.verification import Verified, verify

SIZES = {"events": 10, "progression": 40, "transitions": 50}


@pytest.fixture
def lake(clinic_log: Any, landed: Callable[..., Lake]) -> Lake:
    return landed(clinic_log, segment_offsets=SIZES)


def found(lake: Lake) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in verify(LocalFolder(lake.folder)).findings]


def changed(lake: Lake, number: int, **fields: Any) -> Segment:
    """The manifest says something else of a segment."""
    segments = list(lake.manifest.segments)
    segments[number] = msgspec.structs.replace(segments[number], **fields)
    write_manifest(lake.folder, Manifest(segments=tuple(segments)))
    return segments[number]


def test_a_lake_that_was_landed_is_what_its_manifest_says(lake: Lake) -> None:
    seen: list[tuple[int, int]] = []
    report = verify(LocalFolder(lake.folder), lambda done, total: seen.append((done, total)))
    segments = lake.manifest.segments
    assert report == Verified(
        place=str(lake.folder / MANIFEST),
        files=len(segments),
        rows=sum(each.rows for each in segments),
        size_bytes=sum(each.size_bytes for each in segments),
        without_checksum=0,
        findings=(),
    )
    assert seen == [(number, len(segments)) for number in range(1, len(segments) + 1)]


def test_a_file_that_is_gone_cut_or_changed_in_one_byte_is_found(lake: Lake) -> None:
    one, two, three = (lake.folder / each.file for each in lake.manifest.of("events")[:3])
    one.unlink()
    two.write_bytes(two.read_bytes()[:-1])
    data = bytearray(three.read_bytes())
    data[40] ^= 1
    three.write_bytes(bytes(data))
    codes = {where: code for code, where in reversed(found(lake))}
    assert (codes[str(one)], codes[str(two)], codes[str(three)]) == ("missing", "size", "checksum")


def test_a_gap_an_overlap_and_a_tail_in_the_middle_are_found(lake: Lake) -> None:
    tail = len(lake.manifest.of("events", 0)) - 1
    changed(lake, 0, end=9)
    assert ("gap", "events, partition 0") in found(lake)
    changed(lake, 0, end=11)
    assert ("overlap", "events, partition 0") in found(lake)
    changed(lake, tail - 1, sealed=False)
    assert found(lake) == [("order", "events, partition 0")]


def test_rows_that_are_too_many_or_of_other_offsets_or_partitions_are_found(lake: Lake) -> None:
    file = changed(lake, 0, rows=11).file
    assert found(lake) == [("rows", str(lake.folder / file))]
    changed(lake, 0, partition=7)
    assert ("range", str(lake.folder / file)) in found(lake)
    changed(lake, 0, start=1)
    assert found(lake) == [("range", str(lake.folder / file))]


def test_an_offset_that_is_there_twice_is_found(lake: Lake) -> None:
    path = lake.folder / lake.manifest.segments[0].file
    rows = pq.ParquetFile(path).read()
    pq.write_table(rows.take([0, 0, *range(2, len(rows))]), path)
    assert ("repeated", str(path)) in found(lake)


def test_a_stray_is_found_and_what_the_last_landing_superseded_is_none(
    lake: Lake, clinic_log: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    clinic_log.say(*make_course(20).events)
    later = landed(clinic_log, segment_offsets=SIZES)
    assert later.manifest.superseded
    assert found(later) == []
    stray = lake.folder / "events" / "p000" / "orphan.parquet"
    stray.write_bytes(b"left")
    assert found(later) == [("stray", str(stray))]


def test_a_manifest_of_the_older_format_has_no_checksums_and_the_next_landing_adds_them(
    lake: Lake, clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    older = [
        {
            name: value
            for name, value in msgspec.to_builtins(each).items()
            if name not in ("sha256", "keys", "times")
        }
        for each in lake.manifest.segments
    ]
    (lake.folder / MANIFEST).write_bytes(msgspec.json.encode({"format": 1, "segments": older}))
    report = verify(LocalFolder(lake.folder))
    assert (report.findings, report.without_checksum) == ((), len(older))
    assert landed(clinic_log, segment_offsets=SIZES).manifest.segments == lake.manifest.segments
    assert read_manifest(lake.folder) == lake.manifest


def test_a_file_of_the_older_format_that_is_not_what_was_landed_is_not_given_a_checksum(
    lake: Lake, clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    changed(lake, 0, sha256="", rows=3)
    with pytest.raises(LakeRefused, match="instead of 3"):
        landed(clinic_log, segment_offsets=SIZES)


def test_without_a_readable_manifest_there_is_nothing_to_verify(lake: Lake) -> None:
    (lake.folder / MANIFEST).write_text("{")
    with pytest.raises(LakeRefused, match="Restore it from a backup"):
        verify(LocalFolder(lake.folder))


def test_a_lake_that_lost_its_manifest_is_not_swept_away(
    lake: Lake, clinic_log: Any, landed: Callable[..., Lake]
) -> None:
    (lake.folder / MANIFEST).unlink()
    files = sorted(lake.folder.glob("*/p*/*"))
    with pytest.raises(LakeRefused, match=r"has files but no manifest .* Restore it"):
        landed(clinic_log, segment_offsets=SIZES)
    assert sorted(lake.folder.glob("*/p*/*")) == files


def test_a_file_of_nobody_in_an_empty_lake_is_a_stray(tmp_path: Path) -> None:
    LocalFolder(tmp_path).put("events/p000/a.parquet", b"")
    (finding,) = verify(LocalFolder(tmp_path)).findings
    assert finding.code == "stray"
