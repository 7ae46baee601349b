"""The manifest is the lake: contiguous per partition, written as a whole, refused when damaged."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from warehouse.durable import Disk
from warehouse.manifest import FORMAT, Manifest, Segment, read_manifest, write_manifest
from warehouse.refused import LakeRefused
from warehouse.storage import MANIFEST


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


def test_what_is_replaced_is_told_until_it_is_swept_and_a_rewritten_name_is_no_loss() -> None:
    small = [segment(0, 10), segment(10, 20)]
    manifest = Manifest().replacing(None, small).replacing(small, [segment(0, 20)])
    assert [(each.start, each.end) for each in manifest.segments] == [(0, 20)]
    assert manifest.superseded == ("events/0/0-10", "events/0/10-20")
    assert manifest.named() == {"events/0/0-20"}
    same = msgspec.structs.replace(segment(0, 20), checked=1)
    assert manifest.replacing(segment(0, 20), [same]).superseded == manifest.superseded


def test_a_segment_tells_whether_somebody_can_be_in_it() -> None:
    known = msgspec.structs.replace(segment(0, 10), sha256="x", keys=("b", "d"))
    assert [known.may_hold(key) for key in "abcde"] == [False, True, True, True, False]
    assert not msgspec.structs.replace(known, keys=None).may_hold("c"), "it has no row of a patient"
    assert segment(0, 10).may_hold("c"), "an older manifest does not know"


def test_it_is_written_in_todays_format(tmp_path: Path) -> None:
    write_manifest(tmp_path, Manifest(format=1), Disk())
    assert read_manifest(tmp_path).format == FORMAT == 2


def test_somebody_erased_twice_is_on_the_list_once() -> None:
    assert Manifest().erasing(["a"]).erasing(["b", "a"]).erased == ("a", "b")


@pytest.mark.parametrize("text", ["{", "[]", '{"segments": [{"file": 1}]}'])
def test_a_damaged_manifest_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(LakeRefused, match=r"cannot be read .* Restore it from a backup"):
        read_manifest(tmp_path)


def test_a_manifest_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"format": 99}')
    with pytest.raises(LakeRefused, match="newer version"):
        read_manifest(tmp_path)
