"""The columns of the lake, derived from the classes of what is landed: no list is kept by hand."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, Final

import msgspec
import msgspec.inspect as inspect
import pyarrow as pa

TEXT_OF_JSON: Final = (inspect.AnyType, inspect.DictType, inspect.RawType)
"""Types without a shape of their own; their columns hold JSON text."""

LARGEST_INT: Final = 2**31 - 1
"""A whole number takes four bytes unless its bounds allow for more."""

INSTANT: Final = pa.timestamp("us", "UTC")

_PLAIN: Final[dict[type[inspect.Type], pa.DataType]] = {
    inspect.StrType: pa.string(),
    inspect.LiteralType: pa.string(),
    inspect.BoolType: pa.bool_(),
    inspect.FloatType: pa.float64(),
    inspect.DateType: pa.date32(),
    inspect.DateTimeType: INSTANT,
    inspect.BytesType: pa.binary(),
} | {kind: pa.string() for kind in TEXT_OF_JSON}


def fields_of(kind: type[msgspec.Struct]) -> dict[str, inspect.Field]:
    """The fields of a class by name."""
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)  # noqa: S101 - what type_info gives for a Struct
    return {each.name: each for each in described.fields}


def columns_of(kinds: Iterable[type[msgspec.Struct]]) -> dict[str, pa.DataType]:
    """Every field of every class with its column type; a name that means two types is a mistake here."""
    columns: dict[str, pa.DataType] = {}
    for kind in kinds:
        for name, each in fields_of(kind).items():
            found = arrow_type(each.type)
            if columns.setdefault(name, found) != found:
                raise TypeError(f"{kind.__name__}.{name} is {found}, elsewhere it is {columns[name]}")
    return columns


def arrow_type(described: inspect.Type) -> pa.DataType:
    """The column type of a field's type; what may be missing is a null in it."""
    inner = inner_type(described)
    if isinstance(inner, inspect.IntType):
        return pa.int64() if (inner.le or 0) > LARGEST_INT else pa.int32()
    if isinstance(inner, inspect.VarTupleType | inspect.ListType):
        return pa.list_(arrow_type(inner.item_type))
    if isinstance(inner, inspect.StructType):
        return pa.struct([(each.name, arrow_type(each.type)) for each in inner.fields])
    return _PLAIN[type(inner)]


def inner_type(described: inspect.Type) -> inspect.Type:
    """The type without "or None"."""
    while isinstance(described, inspect.Metadata):
        described = described.type
    if not isinstance(described, inspect.UnionType):
        return described
    return next(each for each in described.types if not isinstance(each, inspect.NoneType))


def table_of(
    kind: type[msgspec.Struct], values: Sequence[Any], more: Mapping[str, pa.Array], schema: pa.Schema
) -> pa.Table:
    """Values of one class as rows of ``schema``, with ``more`` columns; what the class lacks is null."""
    arrays = dict(more)
    for name, plain in _ways(kind):
        said = map(attrgetter(name), values)
        arrays[name] = pa.array(list(map(plain, said) if plain else said), schema.field(name).type)
    return fitted(pa.table(arrays), schema)


def fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The same rows with exactly the columns of ``schema``."""
    if table.schema.equals(schema):
        return table
    there = dict(zip(table.column_names, table.columns, strict=True))
    columns = [_fitted(there.get(each.name), each.type, len(table)) for each in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _fitted(column: pa.ChunkedArray | None, wanted: pa.DataType, rows: int) -> Any:
    if column is None:
        return pa.nulls(rows, wanted)
    return column if column.type == wanted else column.cast(wanted)


@cache
def _ways(kind: type[msgspec.Struct]) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    """How each field of a class becomes a value of its column; None: it is one already."""
    return tuple((name, _plain(inner_type(each.type))) for name, each in fields_of(kind).items())


def _plain(described: inspect.Type) -> Callable[[Any], Any] | None:
    if isinstance(described, inspect.RawType):
        return _text_of_raw
    if isinstance(described, TEXT_OF_JSON):
        return _text_of_value
    if isinstance(described, inspect.VarTupleType | inspect.ListType):
        return _items if isinstance(inner_type(described.item_type), inspect.StructType) else None
    return None


def _text_of_raw(value: Any) -> str | None:
    return None if value is None else bytes(value).decode()


def _text_of_value(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int | float | datetime | bytes):
        return value
    return json_text(value)


def _items(value: Any) -> list[Any] | None:
    return None if value is None else [msgspec.to_builtins(each) for each in value]


def json_text(value: Any) -> str:
    """A value as JSON text, keys in a fixed order."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
