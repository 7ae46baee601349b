"""The manifest is the lake: contiguous per partition, written as a whole, refused when damaged."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from warehouse.durable import Disk
from warehouse.manifest import NAME, Manifest, Segment, read_manifest, write_manifest
from warehouse.refused import LakeRefused


def segment(start: int, end: int, sealed: bool = True, kind: str = "events", partition: int = 0) -> Segment:
    return Segment(
        file=f"{kind}/{partition}/{start}-{end}",
        kind=kind,
        partition=partition,
        start=start,
        end=end,
        sealed=sealed,
        rows=end - start,
        size_bytes=1,
        landed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_it_comes_back_as_it_was_written(tmp_path: Path) -> None:
    manifest = (
        Manifest().replacing(None, [segment(0, 10), segment(10, 12, sealed=False)]).erasing(["b", "a", "b"])
    )
    write_manifest(tmp_path, manifest, Disk())
    assert read_manifest(tmp_path) == manifest
    assert manifest.erased == ("a", "b")


def test_a_lake_without_a_manifest_is_empty(tmp_path: Path) -> None:
    assert read_manifest(tmp_path / "nowhere") == Manifest()


def test_it_knows_where_each_partition_ends_and_which_segment_still_grows() -> None:
    tail = segment(10, 12, sealed=False)
    manifest = Manifest().replacing(None, [tail, segment(0, 10), segment(5, 6, partition=1)])
    assert manifest.next_offset("events", 0) == 12
    assert manifest.next_offset("events", 2) is None
    assert manifest.tail("events", 0) == tail
    assert manifest.tail("events", 1) is None
    assert manifest.offsets() == {"events": {"0": 12, "1": 6}}


def test_a_superseded_tail_goes_and_what_replaces_it_comes() -> None:
    tail = segment(10, 12, sealed=False)
    manifest = Manifest().replacing(None, [segment(0, 10), tail]).replacing(tail, [segment(10, 20)])
    assert [(each.start, each.end) for each in manifest.segments] == [(0, 10), (10, 20)]


@pytest.mark.parametrize("second", [segment(9, 20), segment(11, 20)])
def test_a_gap_or_an_overlap_never_becomes_a_manifest(second: Segment) -> None:
    with pytest.raises(ValueError, match="ends at 10"):
        Manifest().replacing(None, [segment(0, 10), second])


def test_somebody_erased_twice_is_on_the_list_once() -> None:
    assert Manifest().erasing(["a"]).erasing(["b", "a"]).erased == ("a", "b")


@pytest.mark.parametrize("text", ["{", "[]", '{"segments": [{"file": 1}]}'])
def test_a_damaged_manifest_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    with pytest.raises(LakeRefused, match=r"cannot be read .* Restore it from a backup"):
        read_manifest(tmp_path)


def test_a_manifest_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('{"format": 99}')
    with pytest.raises(LakeRefused, match="newer version"):
        read_manifest(tmp_path)
