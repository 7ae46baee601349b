"""JSON values are split where they end, whatever they hold and however the bytes arrive."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import values as module
from ingest.lines import Item
from ingest.values import values

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


def read(content: bytes, *start: int, limit: int = 10_000) -> list[Item]:
    return list(values(io.BytesIO(content), *start, limit=limit))


@pytest.mark.parametrize("chunk", [1, 3, 65_536])
@given(st.lists(JSON, max_size=5), st.sampled_from([None, 2]))
def test_an_array_is_split_into_its_elements(chunk: int, spoken: list[Any], indent: int | None) -> None:
    kept, module.CHUNK = module.CHUNK, chunk
    try:
        found = read(json.dumps(spoken, indent=indent).encode())
        assert [json.loads(each.raw) for each in found] == spoken
        assert [each.number for each in found] == list(range(1, len(spoken) + 1))
    finally:
        module.CHUNK = kept


def test_values_may_follow_each_other_without_an_array() -> None:
    assert [each.raw for each in read(b'\xef\xbb\xbf{"a": 1}\n{"a": [2]} 3')] == [
        b'{"a": 1}',
        b'{"a": [2]}',
        b"3",
    ]


def test_brackets_and_quotes_inside_of_text_do_not_count() -> None:
    spoken = [{"a": 'x"]}\\'}, {"b": "[{"}]
    assert [json.loads(each.raw) for each in read(json.dumps(spoken).encode())] == spoken


def test_a_broken_element_between_whole_ones_is_one_record() -> None:
    assert [each.raw for each in read(b'[{"a": 1}, {"a": }, {"a": 3}]')] == [
        b'{"a": 1}',
        b'{"a": }',
        b'{"a": 3}',
    ]


def test_an_end_that_is_missing_makes_the_rest_one_record() -> None:
    assert [each.raw for each in read(b'[{"a": 1}, {"a": [2}, {"a": 3}')] == [
        b'{"a": 1}',
        b'{"a": [2}, {"a": 3}',
    ]


def test_an_element_that_is_too_large_is_cut_and_told() -> None:
    found = read(json.dumps([1, "x" * 100, 2]).encode(), limit=10)
    assert [(each.raw, each.fault is None) for each in found] == [
        (b"1", True),
        (b'"xxxxxxxxx', False),
        (b"2", True),
    ]


@given(st.binary(max_size=60))
def test_reading_goes_on_after_any_record_as_if_it_had_not_stopped(content: bytes) -> None:
    found = read(content)
    for at, item in enumerate(found):
        assert read(content, item.next_byte, item.next_number) == found[at + 1 :]
