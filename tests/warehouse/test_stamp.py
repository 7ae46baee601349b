"""Files go on only where a stamp says that they are whole, of this code, and of a lake that grew."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from warehouse.manifest import Manifest, Segment
from warehouse.stamp import STAMP, Stamp, break_stamp, goes_on, keep_stamp, read_stamp

NOW = datetime(2026, 6, 1, tzinfo=UTC)
KEPT = Stamp(digest="d", erased=1, offsets={"events": {"0": 50}}, as_of=NOW)


def lake_until(end: int, erased: tuple[str, ...] = ("somebody",)) -> Manifest:
    segment = Segment(
        file="f", kind="events", partition=0, start=0, end=end, sealed=False, rows=end, size_bytes=1,
        landed_at=NOW,
    )  # fmt: skip
    return Manifest(segments=(segment,), erased=erased)


def test_a_stamp_is_read_back_until_it_is_broken(tmp_path: Path) -> None:
    assert read_stamp(tmp_path) is None
    keep_stamp(tmp_path, KEPT)
    assert read_stamp(tmp_path) == KEPT
    break_stamp(tmp_path)
    break_stamp(tmp_path)
    assert read_stamp(tmp_path) is None


def test_half_a_stamp_is_none(tmp_path: Path) -> None:
    (tmp_path / STAMP).write_bytes(msgspec.json.encode(KEPT)[:20])
    assert read_stamp(tmp_path) is None


@pytest.mark.parametrize(
    ("stamp", "digest", "manifest", "expected"),
    [
        (KEPT, "d", lake_until(60), True),
        (KEPT, "d", lake_until(50), True),
        (None, "d", lake_until(60), False),
        (KEPT, "other", lake_until(60), False),
        (KEPT, "d", lake_until(60, ("somebody", "another")), False),
        (KEPT, "d", lake_until(40), False),
        (KEPT, "d", Manifest(erased=("somebody",)), False),
    ],
    ids=["it grew", "nothing new", "broken off", "other code", "erased", "an older lake", "another lake"],
)
def test_what_a_build_can_add_to(stamp: Any, digest: str, manifest: Manifest, expected: bool) -> None:
    assert goes_on(stamp, digest, manifest) is expected
