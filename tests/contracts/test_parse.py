"""A record is read strictly: what is ambiguous, not finite, too large or no object is refused with a code."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.contract import Reason
from contracts.parse import DEEPEST, Unreadable, parse, parse_mapping

LIMIT = 1_000


def refusal(raw: bytes) -> Reason:
    with pytest.raises(Unreadable) as refused:
        parse(raw, LIMIT)
    return refused.value.reason


def nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


def test_the_depth_of_a_record_has_one_limit_on_every_interpreter() -> None:
    assert parse(nested(DEEPEST), LIMIT)
    assert refusal(nested(DEEPEST + 1)) == Reason("too_deep", "$")
    assert refusal(b'{"a":' + b"[" * DEEPEST + b"]" * DEEPEST + b"}") == Reason("too_deep", "$")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'{"a": 1', "not_json"),
        (b"", "not_json"),
        (b'{"a": NaN}', "not_a_number"),
        (b'{"a": -Infinity}', "not_a_number"),
        (b'{"a": 1e999}', "not_a_number"),
        (b'{"a": "\xff"}', "invalid_utf8"),
        (b'{"a": "\\ud800"}', "invalid_text"),
        (b'{"a": {"\\udfff": 1}}', "invalid_text"),
        (b"[1]", "not_an_object"),
        (b"null", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b'{"a": "' + b"x" * LIMIT + b'"}', "too_large"),
    ],
)
def test_what_must_not_pass_is_refused(raw: bytes, code: str) -> None:
    assert refusal(raw) == Reason(code, "$")


def test_a_key_that_is_there_twice_is_refused_at_any_depth() -> None:
    assert refusal(b'{"a": 1, "b": 2, "b": 2}') == Reason("duplicate_key", "$.b")
    assert refusal(b'{"a": [{"c": 1, "c": 2}]}') == Reason("duplicate_key", "$.c")


def test_depth_without_end_is_refused() -> None:
    with pytest.raises(Unreadable, match="too_deep"):
        parse(b'{"a":' * 20_000 + b"1" + b"}" * 20_000, 1_000_000)


def test_a_byte_order_mark_and_a_whole_surrogate_pair_pass() -> None:
    assert parse(b'\xef\xbb\xbf{"a": "\\ud83d\\ude00"}', LIMIT) == {"a": "\U0001f600"}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(value=st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_what_passes_means_what_it_said(value: dict[str, Any]) -> None:
    assert parse(json.dumps(value).encode(), 100_000) == value
    assert parse_mapping(value, 100_000) == value


def test_a_row_of_text_is_taken_as_it_is() -> None:
    row: dict[Any, Any] = {"a": "1", "b": None, None: ["2"]}
    assert parse_mapping(row, LIMIT) == row


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"a": "x" * (LIMIT + 1)}, "too_large"),
        ({"a": "\ud800"}, "invalid_text"),
        ({"a": object()}, "not_json"),
        ({"a": float("nan")}, "not_a_number"),
        ({1: 2, "1": 3}, "duplicate_key"),
    ],
)
def test_mappings_are_held_to_the_same(row: dict[Any, Any], code: str) -> None:
    with pytest.raises(Unreadable, match=code):
        parse_mapping(row, LIMIT)
