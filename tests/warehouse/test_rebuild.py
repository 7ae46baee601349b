"""An event that was landed comes back equal, and encodes to the same bytes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import msgspec
import msgspec.inspect as inspect
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import events as said
from contracts.events import EVENT_TYPES
from warehouse.columns import fields_of
from warehouse.rebuild import events_of_table
from warehouse.records import EVENTS

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(-1e9, 1e9) | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)


def values_of(described: inspect.Type) -> st.SearchStrategy[Any]:
    if isinstance(described, inspect.UnionType):
        return st.one_of(*(values_of(each) for each in described.types))
    if isinstance(described, inspect.NoneType):
        return st.none()
    if isinstance(described, inspect.LiteralType):
        return st.sampled_from(described.values)
    if isinstance(described, inspect.BoolType):
        return st.booleans()
    if isinstance(described, inspect.IntType):
        return st.integers(described.ge or 0, described.le or 1000)
    if isinstance(described, inspect.FloatType):
        return st.floats(-1000 if described.ge is None else described.ge, described.le or 1e6)
    if isinstance(described, inspect.DateType):
        return st.dates(date(1900, 1, 1), date(2100, 1, 1))
    if isinstance(described, inspect.DateTimeType):
        seconds = st.integers(-(10**9), 4 * 10**9)
        return seconds.map(
            lambda each: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=each, microseconds=7)
        )
    if isinstance(described, inspect.VarTupleType):
        return st.lists(values_of(described.item_type), max_size=2).map(tuple)
    if isinstance(described, inspect.StructType):
        return st.builds(described.cls, **{each.name: values_of(each.type) for each in described.fields})
    if isinstance(described, inspect.DictType):
        return st.dictionaries(words, anything, max_size=3)
    return words


def events() -> st.SearchStrategy[Any]:
    return st.one_of(
        *(
            st.builds(kind, **{name: values_of(each.type) for name, each in fields_of(kind).items()})
            for kind in EVENT_TYPES.values()
        )
    )


class Row:
    def __init__(self, offset: int, event: Any) -> None:
        self.offset, self.key, self.value = offset, event.patient_key.encode(), said.encode(event)


@settings(max_examples=60, deadline=None)
@given(st.lists(events(), max_size=6))
def test_events_come_back_as_they_were_said(spoken: list[Any]) -> None:
    known = [said.decode(said.encode(msgspec.structs.replace(each, schema_version=1))) for each in spoken]
    rows = [Row(offset, event) for offset, event in enumerate(known)]
    table = EVENTS.table(0, rows).sort_by("kafka_offset")
    back = events_of_table(table)
    assert back == known
    assert [said.encode(each) for each in back] == [said.encode(each) for each in known]


def test_a_field_that_is_newer_than_the_file_has_its_default() -> None:
    event = said.SessionRecorded(
        event_id="1", patient_key="a", occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
        received_at=datetime(2026, 1, 1, tzinfo=UTC), source="s", contract_version=1, place="home",
        attended=True,
    )  # fmt: skip
    table = EVENTS.table(0, [Row(0, event)])
    position = table.column_names.index("red_flag")
    without = table.set_column(position, "red_flag", pa.nulls(1, pa.bool_()))
    assert events_of_table(without) == [event]


def test_every_event_type_is_covered_here() -> None:
    assert {kind.__name__ for kind in get_args(said.Event)} == set(EVENT_TYPES)


def test_what_was_said_by_default_stays_unsaid_in_the_bytes() -> None:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    carried = {
        "patient_key": "a",
        "occurred_at": when,
        "received_at": when,
        "source": "s",
        "contract_version": 1,
    }
    spoken = [
        said.ProgramAssigned(event_id="1", **carried, episode_id="e", program="p"),
        said.ExerciseSetRecorded(event_id="2", **carried, exercise="x", muscle_group="deltoid", side="left"),
    ]
    table = EVENTS.table(0, [Row(offset, event) for offset, event in enumerate(spoken)])
    back = events_of_table(table.sort_by("kafka_offset"))
    assert [said.encode(each) for each in back] == [said.encode(each) for each in spoken]


def test_an_instant_that_only_a_zone_far_from_utc_can_say_comes_back_as_the_calendars_end() -> None:
    for text, end in (
        ("0001-01-01T00:00:00+14:00", datetime.min.replace(tzinfo=UTC)),
        ("9999-12-31T23:59:59-12:00", datetime.max.replace(tzinfo=UTC)),
    ):
        event = said.PatientsMerged(
            event_id="1", patient_key="a", occurred_at=datetime.fromisoformat(text),
            received_at=datetime(2026, 1, 1, tzinfo=UTC), source="s", contract_version=1, other_key="b",
        )  # fmt: skip
        (back,) = events_of_table(EVENTS.table(0, [Row(0, event)]))
        assert back == msgspec.structs.replace(event, occurred_at=end)
