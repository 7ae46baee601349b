"""Files in the same order become one sequence in that order, as if all rows had been sorted at once."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import topics
from warehouse.interleaving import interleaved
from warehouse.records import EVENTS, RECEIPTS
from warehouse.segments import in_order


@pytest.fixture(scope="module")
def rows(make_log: Any, make_course: Any, mixed: Any) -> pa.Table:
    """By offset; some are no events and have no patient."""
    log = make_log()
    said = mixed([make_course(2 * number) for number in range(4)])
    for number, event in enumerate(said):
        log.say(event)
        if number % 9 == 0:
            log.add(topics.EVENTS, 0, "any", b"no event")
    return EVENTS.table(0, log.rows[topics.EVENTS][0]).sort_by("kafka_offset")


class Files:
    """Parts of the rows as files, each given in row groups."""

    def __init__(self, parts: list[pa.Table], group: int) -> None:
        self.parts, self.group = parts, group

    def all(self) -> list[Any]:
        return [lambda part=part: self._groups(in_order(part, EVENTS)) for part in self.parts]

    def _groups(self, part: pa.Table) -> Iterator[pa.Table]:
        for at in range(0, len(part), self.group):
            yield part.slice(at, self.group)


@settings(max_examples=60, deadline=None)
@given(cuts=st.lists(st.integers(0, 115), max_size=6), group=st.integers(1, 40))
def test_it_is_the_order_of_all_rows_sorted_at_once(rows: pa.Table, cuts: list[int], group: int) -> None:
    bounds = [0, *sorted(cuts), len(rows)]
    parts = [rows.slice(start, end - start) for start, end in pairwise(bounds)]
    found = list(interleaved(EVENTS, Files(parts, group).all()))
    assert pa.concat_tables(found).combine_chunks().equals(in_order(rows, EVENTS))
    assert rows["patient_key"].null_count > 5


def test_only_about_a_row_group_of_each_file_comes_at_a_time(rows: pa.Table) -> None:
    parts = [rows.slice(at, 29) for at in range(0, len(rows), 29)]
    assert max(len(each) for each in interleaved(EVENTS, Files(parts, 5).all())) <= 2 * 5 * len(parts)


def test_without_files_or_rows_there_is_nothing() -> None:
    assert list(interleaved(EVENTS, [])) == []
    assert list(interleaved(RECEIPTS, [lambda: iter([RECEIPTS.schema.empty_table()])])) == []
