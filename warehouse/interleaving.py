"""Several files in the same order become one sequence of rows; a row group of each is held at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.records import Kind
from warehouse.segments import in_order

Groups = Callable[[], Iterator[pa.Table]]
"""Gives the row groups of one file, from the first, at each call."""


@dataclass
class _Reading:
    """How far one file is read: the rows that wait, and what follows them."""

    column: str
    rest: Iterator[pa.Table]
    waiting: pa.Table
    is_read: bool = False
    nulls: int = 0

    @property
    def last(self) -> Any:
        """The largest value that waits; None when nothing does."""
        return self.waiting[self.column][-1].as_py() if len(self.waiting) else None

    def read_on(self) -> None:
        """The next row group behind what waits; rows without a value in the column are left for later."""
        for rows in self.rest:
            nulls = rows[self.column].null_count
            self.nulls += nulls
            if nulls < len(rows):
                self.waiting = pa.concat_tables([self.waiting, rows.slice(0, len(rows) - nulls)])
                return
        self.is_read = True

    def below(self, bound: Any) -> pa.Table:
        """Take what comes before the bound; None takes all."""
        count = len(self.waiting)
        if bound is not None:
            count = pc.sum(pc.less(self.waiting[self.column], bound)).as_py() or 0
        taken, self.waiting = self.waiting.slice(0, count), self.waiting.slice(count)
        return taken


def interleaved(kind: Kind, files: Sequence[Groups]) -> Iterator[pa.Table]:
    """The rows of all files in the kind's order; the files are given in the order of their offsets.

    What has no value in the first column of the order (a record that could not be read has no patient)
    stands at the end, as it does where all rows are sorted at once.
    """
    column = kind.order[0]
    reading = [_Reading(column, groups(), kind.schema.empty_table()) for groups in files]
    for each in reading:
        each.read_on()
    while any(len(each.waiting) for each in reading):
        # Beyond the smallest of what was read last, something unread may still come in between.
        bound = min((each.last for each in reading if not each.is_read), default=None)
        rows = pa.concat_tables([each.below(bound) for each in reading])
        if len(rows):
            yield in_order(rows, kind)
        for each in reading:
            if not each.is_read and each.last == bound:
                each.read_on()
    for each, groups in zip(reading, files, strict=True):
        if each.nulls:
            yield from (_without_value(rows, column) for rows in groups())


def _without_value(rows: pa.Table, column: str) -> pa.Table:
    nulls = rows[column].null_count
    return rows.slice(len(rows) - nulls)
