"""The lake's columns follow from the classes: a field of an event lands without an edit here."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
import pyarrow as pa
import pytest

from contracts.events import EVENT_TYPES
from warehouse.columns import INSTANT, columns_of, fitted, table_of


class Entry(msgspec.Struct, frozen=True):
    name: str
    weight: float


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    count: int = 0
    offset: Annotated[int, msgspec.Meta(le=2**40)] = 0
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    day: date | None = None
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    words: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    anything: dict[str, Any] = {}


class Other(msgspec.Struct):
    name: int


def test_every_field_of_every_event_has_a_column() -> None:
    columns = columns_of(EVENT_TYPES.values())
    named = {name for kind in EVENT_TYPES.values() for name in kind.__struct_fields__}
    assert set(columns) == named
    assert columns["tracks"] == pa.list_(
        pa.struct([("muscle_group", pa.string()), ("side", pa.string()), ("stage", pa.string())])
    )
    assert columns["occurred_at"] == INSTANT
    assert columns["contract_version"] == pa.int32()
    assert columns["changes"] == pa.string()


def test_a_new_field_of_a_class_is_a_new_column_of_its_type() -> None:
    assert columns_of([Spoken]) == {
        "name": pa.string(),
        "count": pa.int32(),
        "offset": pa.int64(),
        "share": pa.float64(),
        "day": pa.date32(),
        "at": INSTANT,
        "words": pa.list_(pa.string()),
        "entries": pa.list_(pa.struct([("name", pa.string()), ("weight", pa.float64())])),
        "anything": pa.string(),
    }


def test_one_name_with_two_types_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="name is int32, elsewhere it is string"):
        columns_of([Spoken, Other])


def test_values_become_typed_rows_and_objects_become_json_text() -> None:
    schema = pa.schema(list(columns_of([Spoken]).items()))
    value = Spoken(name="ann", words=("a",), entries=(Entry("b", 1.5),), anything={"z": [1, 2.0], "a": None})
    (row,) = table_of(Spoken, [value], {}, schema).to_pylist()
    assert row["entries"] == [{"name": "b", "weight": 1.5}]
    assert row["anything"] == '{"a":null,"z":[1,2.0]}'
    assert row["share"] is None


def test_a_file_of_before_a_field_existed_gets_the_column_as_nulls() -> None:
    schema = pa.schema([("old", pa.string()), ("fresh", pa.float64())])
    assert fitted(pa.table({"old": ["x"], "gone": [1]}), schema).to_pylist() == [{"old": "x", "fresh": None}]
