"""Rows of the lake become events again, equal to those that were landed."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import msgspec.inspect as inspect
import pyarrow as pa
import pyarrow.compute as pc

from contracts.events import EVENT_TYPES, Event
from streams.progression.moments import shifted
from warehouse.columns import TEXT_OF_JSON, fields_of, inner_type

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = (
    (datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1) for year in (2, 9999)
)
"""Instants between these are within the calendar in every zone, in microseconds of the epoch."""


def events_of_table(table: pa.Table) -> list[Event]:
    """The events in the order of the rows; rows that are no events (a ``problem``) are left out."""
    if "problem" in table.column_names:
        table = table.filter(pc.is_null(table["problem"]))
    found: list[Any] = [None] * len(table)
    types = table["event_type"]
    for name in pc.unique(types).to_pylist():
        places = pc.indices_nonzero(pc.equal(types, name))
        rows = table.take(places)
        for place, event in zip(places.to_pylist(), _events(EVENT_TYPES[name], rows), strict=True):
            found[place] = event
    return found


def _events(kind: type[Any], rows: pa.Table) -> Iterator[Event]:
    there = dict(zip(rows.column_names, rows.columns, strict=True))
    columns = {
        name: _values(there[name], each)
        for name, each in fields_of(kind).items()
        if name in there and not _is_unsaid(there[name], each)
    }
    names = tuple(columns)
    for values in zip(*columns.values(), strict=True):
        yield kind(**dict(zip(names, values, strict=True)))


def _is_unsaid(column: pa.ChunkedArray, described: inspect.Field) -> bool:
    """Whether the field's default holds in every row."""
    return described.default is not msgspec.NODEFAULT and column.null_count == len(column)


def _values(column: pa.ChunkedArray, described: inspect.Field) -> Sequence[Any]:
    """Python values of a column; where a field that is never None has no value, its default holds."""
    inner = inner_type(described.type)
    if isinstance(inner, inspect.DateTimeType):
        values = _instants(column.cast(pa.int64()))
    elif isinstance(inner, TEXT_OF_JSON):
        values = [None if each is None else json.loads(each) for each in column.to_pylist()]
    elif isinstance(inner, inspect.VarTupleType):
        values = [None if each is None else _tuple(each, inner.item_type) for each in column.to_pylist()]
    else:
        values = _plain(column)
    # The very default, not its equal: an encoder leaves a field out only where it is that object.
    default = described.default
    if _may_be_none(described.type) or default is msgspec.NODEFAULT:
        return values
    return [default if each is None or each == default else each for each in values]


def _instants(microseconds: pa.ChunkedArray) -> list[Any]:
    """The instants; one that only a zone far from UTC can say becomes the calendar's end, as in the fold."""
    ends = pc.min_max(microseconds).as_py()
    if microseconds.null_count or not _FIRST < (ends["min"] or 0) <= (ends["max"] or 0) < _LAST:
        return [
            None if each is None else shifted(_EPOCH, timedelta(microseconds=each))
            for each in microseconds.to_pylist()
        ]
    return [_EPOCH + timedelta(0, 0, each) for each in microseconds.to_numpy().tolist()]


def _plain(column: pa.ChunkedArray) -> list[Any]:
    """Words, numbers and truths as Python has them; by way of numpy, which is several times as fast."""
    if pa.types.is_string(column.type):
        told = column.combine_chunks().dictionary_encode()
        if 2 * len(told.dictionary) > len(column):  # hardly any word is said twice
            return column.to_pylist()
        words = [*told.dictionary.to_pylist(), None]
        places = pc.fill_null(told.indices, len(words) - 1).to_numpy(zero_copy_only=False).tolist()
        return [words[place] for place in places]
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        return column.to_pylist()
    values: list[Any] = pc.fill_null(column, 0).to_numpy().tolist()
    if column.null_count:
        known = pc.is_valid(column).to_numpy().tolist()
        return [value if there else None for value, there in zip(values, known, strict=True)]
    return values


def _tuple(values: list[Any], item: inspect.Type) -> tuple[Any, ...]:
    if isinstance(item, inspect.StructType):
        return tuple(msgspec.convert(each, item.cls) for each in values)
    return tuple(values)


def _may_be_none(described: inspect.Type) -> bool:
    return isinstance(described, inspect.UnionType) and described.includes_none
