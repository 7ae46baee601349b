"""A Parquet file that is made row group by row group, and what the manifest tells of it."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from streams.progression.moments import shifted
from warehouse.records import Kind

TOMBSTONE: Final = "PatientErased"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Composed:
    """The bytes of a file, and who was left out of it."""

    data: bytes
    rows: int
    gone: frozenset[str]
    keys: tuple[str, str] | None
    times: tuple[datetime, datetime] | None


class Composer:
    """Rows in, in the order of the file; the bytes depend on the rows alone, not on how they came."""

    def __init__(self, kind: Kind, erased: Sequence[str], group_rows: int) -> None:
        self.kind, self.erased, self.group_rows = kind, erased, group_rows
        self.keys: tuple[str, str] | None = None
        self.times: tuple[datetime, datetime] | None = None
        self._sink = io.BytesIO()
        self._writer = pq.ParquetWriter(self._sink, kind.schema, compression="zstd")
        self._waiting: list[pa.Table] = []
        self._held = self._rows = 0
        self._gone: set[str] = set()

    def add(self, rows: pa.Table) -> None:
        """Rows that stand behind all others so far; those of erased people are left out."""
        kept, gone = without(rows, self.kind, self.erased)
        self._gone.update(gone)
        self.keys = widened(self.keys, kept, "patient_key")
        self.times = widened(self.times, kept, "occurred_at")
        self._waiting.append(kept)
        self._held += len(kept)
        if self._held >= self.group_rows:
            self._write(self.group_rows)

    def finish(self) -> Composed:
        """The rest, and the file's end."""
        self._write(1)
        self._writer.close()
        return Composed(self._sink.getvalue(), self._rows, frozenset(self._gone), self.keys, self.times)

    def _write(self, least: int) -> None:
        """Whole row groups, as long as so many rows are there."""
        rows = pa.concat_tables([self.kind.schema.empty_table(), *self._waiting]).combine_chunks()
        at = 0
        while len(rows) - at >= least and at < len(rows):
            group = rows.slice(at, self.group_rows)
            self._writer.write_table(group, row_group_size=self.group_rows)
            at += len(group)
        self._rows += at
        rest = rows.slice(at)
        self._waiting, self._held = [rest], len(rest)


def without(rows: pa.Table, kind: Kind, erased: Iterable[str]) -> tuple[pa.Table, tuple[str, ...]]:
    """The rows without these people, and who of them was in the rows; the tombstones stay."""
    known = list(erased)
    if not kind.of_patients or not len(rows) or not known:
        return rows, ()
    concerned = pc.is_in(rows["patient_key"], value_set=pa.array(known, pa.string()))
    if "event_type" in rows.column_names:
        is_tombstone = pc.fill_null(pc.equal(rows["event_type"], TOMBSTONE), False)
        concerned = pc.and_(concerned, pc.invert(is_tombstone))
    gone = pc.unique(rows.filter(concerned)["patient_key"]).to_pylist()
    return (rows.filter(pc.invert(concerned)) if gone else rows), tuple(gone)


def widened(known: Any, rows: pa.Table, name: str) -> Any:
    """The smallest and the largest value so far, and in this column of the rows; None without any."""
    if name not in rows.column_names:
        return known
    found = pc.min_max(rows[name])
    low, high = _plain(found["min"]), _plain(found["max"])
    if low is None:
        return known
    if known is None:
        return low, high
    return min(known[0], low), max(known[1], high)


def _plain(value: pa.Scalar) -> Any:
    """The value; an instant that only a zone far from UTC can say is the calendar's end."""
    if value.is_valid and pa.types.is_timestamp(value.type):
        return shifted(_EPOCH, timedelta(microseconds=value.value))
    return value.as_py()
