"""A segment's name tells its offsets, and the same rows give the same bytes."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contracts import topics
from warehouse.composing import without
from warehouse.durable import Disk
from warehouse.records import EVENTS, RECEIPTS
from warehouse.refused import LakeRefused
from warehouse.segments import file_name, new_segment, read_segment, write_segment


@pytest.fixture
def rows(clinic_log: Any) -> pa.Table:
    return EVENTS.table(0, clinic_log.rows[topics.EVENTS][0])


def test_the_name_tells_kind_partition_offsets_and_whether_it_still_grows(now: datetime) -> None:
    sealed = new_segment(EVENTS, 3, 50_000, 100_000, True, now)
    tail = new_segment(EVENTS, 3, 100_000, 100_007, False, now)
    assert file_name(sealed, ()) == "events/p003/000000050000-000000100000.parquet"
    assert file_name(tail, ()) == "events/p003/000000100000-000000100007.tail.parquet"


def test_the_name_tells_who_was_taken_out_without_naming_them(now: datetime) -> None:
    sealed = new_segment(EVENTS, 3, 0, 10, True, now)
    names = {file_name(sealed, gone) for gone in ((), ("ann",), ("ann", "bob"))}
    assert len(names) == 3
    assert not any("ann" in name for name in names)


def test_the_order_of_arrival_does_not_change_the_bytes(
    rows: pa.Table, tmp_path: Path, now: datetime
) -> None:
    draft = new_segment(EVENTS, 0, 0, len(rows), True, now)
    upside_down = rows.take(list(reversed(range(len(rows)))))
    written = [
        write_segment(tmp_path / name, EVENTS, each, draft, (), Disk())
        for name, each in (("a", rows), ("b", upside_down))
    ]
    one, other = (
        (tmp_path / name / each.file).read_bytes() for name, each in zip("ab", written, strict=True)
    )
    assert one == other
    assert written[0] == written[1]


def test_a_file_is_compressed_and_sorted_by_person(rows: pa.Table, tmp_path: Path, now: datetime) -> None:
    draft = new_segment(EVENTS, 0, 0, len(rows), True, now)
    segment = write_segment(tmp_path, EVENTS, rows, draft, (), Disk())
    found = pq.ParquetFile(tmp_path / segment.file)
    assert found.metadata.row_group(0).column(0).compression == "ZSTD"
    keys = [(row["patient_key"], row["kafka_offset"]) for row in found.read().to_pylist()]
    assert keys == sorted(keys)
    assert segment.size_bytes == (tmp_path / segment.file).stat().st_size


def test_taking_somebody_out_says_who_was_in(rows: pa.Table) -> None:
    keys = sorted(set(rows["patient_key"].to_pylist()))
    kept, gone = without(rows, EVENTS, [keys[0], "somebody else"])
    assert gone == (keys[0],)
    assert sorted(set(kept["patient_key"].to_pylist())) == keys[1:]


def test_receipts_name_nobody_and_stay_as_they_are() -> None:
    rows = RECEIPTS.schema.empty_table()
    assert without(rows, RECEIPTS, ["ann"]) == (rows, ())


def test_a_file_that_is_damaged_or_gone_is_refused_with_what_to_do(
    rows: pa.Table, tmp_path: Path, now: datetime
) -> None:
    draft = new_segment(EVENTS, 0, 0, len(rows), True, now)
    segment = write_segment(tmp_path, EVENTS, rows, draft, (), Disk())
    (tmp_path / segment.file).write_bytes(b"PAR1 torn")
    with pytest.raises(LakeRefused, match=r"cannot be read .* Restore it from a backup"):
        read_segment(tmp_path, segment, EVENTS)
    (tmp_path / segment.file).unlink()
    with pytest.raises(LakeRefused, match="cannot be read"):
        read_segment(tmp_path, segment, EVENTS)
