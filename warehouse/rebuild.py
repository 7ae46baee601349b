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
    names, columns = [], []
    for name, each in fields_of(kind).items():
        if name in rows.column_names:
            names.append(name)
            columns.append(_values(rows[name], each))
    for values in zip(*columns, strict=True):
        yield kind(**{name: value for name, value in zip(names, values, strict=True) if value is not _UNSAID})


_UNSAID: Final = object()


def _values(column: pa.ChunkedArray, described: inspect.Field) -> Sequence[Any]:
    """Python values of a column; where a field that is never None has no value, its default holds."""
    inner = inner_type(described.type)
    if isinstance(inner, inspect.DateTimeType):
        values: list[Any] = [_instant(each) for each in column.cast(pa.int64()).to_pylist()]
    elif isinstance(inner, TEXT_OF_JSON):
        values = [None if each is None else json.loads(each) for each in column.to_pylist()]
    elif isinstance(inner, inspect.VarTupleType):
        values = [None if each is None else _tuple(each, inner.item_type) for each in column.to_pylist()]
    else:
        values = column.to_pylist()
    # The very default, not its equal: an encoder leaves a field out only where it is that object.
    default = described.default
    if _may_be_none(described.type) or default is msgspec.NODEFAULT:
        return values
    return [_UNSAID if each is None or each == default else each for each in values]


def _instant(microseconds: int | None) -> datetime | None:
    """The instant; one that only a zone far from UTC can say becomes the calendar's end, as in the fold."""
    return None if microseconds is None else shifted(_EPOCH, timedelta(microseconds=microseconds))


def _tuple(values: list[Any], item: inspect.Type) -> tuple[Any, ...]:
    if isinstance(item, inspect.StructType):
        return tuple(msgspec.convert(each, item.cls) for each in values)
    return tuple(values)


def _may_be_none(described: inspect.Type) -> bool:
    return isinstance(described, inspect.UnionType) and described.includes_none
