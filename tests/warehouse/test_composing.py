"""A file is made of row groups of fixed size, however the rows come; the manifest learns what is in it."""

import io
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import topics
from warehouse.composing import Composer, widened
from warehouse.records import EVENTS
from warehouse.segments import in_order


@pytest.fixture(scope="module")
def rows(make_log: Any, make_course: Any, mixed: Any) -> pa.Table:
    log = make_log()
    log.say(*mixed([make_course(2 * number) for number in range(4)]))
    return in_order(EVENTS.table(0, log.rows[topics.EVENTS][0]), EVENTS)


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(0, 104), max_size=6), group=st.integers(1, 120))
def test_the_bytes_do_not_depend_on_how_the_rows_come(rows: pa.Table, cuts: list[int], group: int) -> None:
    whole, parts = Composer(EVENTS, (), group), Composer(EVENTS, (), group)
    whole.add(rows)
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(rows)], strict=True):
        parts.add(rows.slice(start, end - start))
    assert whole.finish() == parts.finish()


def test_row_groups_have_the_same_size_but_for_the_last(rows: pa.Table) -> None:
    composer = Composer(EVENTS, (), 10)
    composer.add(rows)
    file = pq.ParquetFile(io.BytesIO(composer.finish().data))
    sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    assert sizes == [10] * (len(rows) // 10) + [len(rows) % 10]
    assert file.read().equals(rows)


def test_it_tells_who_was_left_out_and_between_which_keys_and_times_the_rest_lies(rows: pa.Table) -> None:
    first = rows["patient_key"][0].as_py()
    composer = Composer(EVENTS, (first, "nobody"), 10)
    composer.add(rows)
    composed = composer.finish()
    kept = rows.filter(pc.not_equal(rows["patient_key"], first))
    assert composed.gone == {first}
    assert composed.rows == len(kept)
    assert composed.keys == tuple(pc.min_max(kept["patient_key"]).as_py().values())
    assert composed.times == tuple(pc.min_max(kept["occurred_at"]).as_py().values())


def test_a_file_without_rows_is_a_file(rows: pa.Table) -> None:
    composed = Composer(EVENTS, (), 10).finish()
    assert (composed.rows, composed.keys, composed.times) == (0, None, None)
    assert pq.read_table(io.BytesIO(composed.data)).schema.equals(EVENTS.schema)


def test_an_instant_that_no_calendar_here_has_is_bounded_by_its_end() -> None:
    before_the_first = pa.array([-62135596800000000 - 50_400_000_000, 0], pa.timestamp("us", "UTC"))
    found = widened(None, pa.table({"occurred_at": before_the_first}), "occurred_at")
    assert found == (datetime.min.replace(tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC))


def test_what_has_no_such_column_or_no_value_widens_nothing(rows: pa.Table) -> None:
    assert widened(("a", "b"), rows, "no_such") == ("a", "b")
    assert widened(None, rows.slice(0, 0), "patient_key") is None
