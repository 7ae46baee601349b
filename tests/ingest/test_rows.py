"""Rows are read by the names of their columns; what cannot be understood costs no neighbour."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.contract import Contract
from contracts.registry import load
from ingest.errors import FileRefused
from ingest.lines import Item
from ingest.rows import MOST_LINES, Header, header_of, rows

COLUMNS = "patient_ref,measured_at,device_id,test_id,muscle_group,side,peak_force,force_unit,occasion"
HEADER = Header(("a", "b"), ",", 4, 2)


def contract() -> Contract:
    return load().contract("dynamometer")


def read(body: bytes, *start: int) -> list[Item]:
    return list(rows(io.BytesIO(b"a,b\n" + body), HEADER, *start))


def told(body: bytes) -> list[Any]:
    return [dict(each.row) if each.row else each.fault.code if each.fault else None for each in read(body)]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_columns_are_found_by_name_in_any_order_after_a_byte_order_mark(sign: str) -> None:
    names = [*reversed(COLUMNS.split(",")), "comment"]
    found = header_of(io.BytesIO(("\ufeff" + sign.join(names) + "\n").encode()), contract())
    assert found is not None
    assert (found.columns, found.delimiter, found.next_number) == (tuple(names), sign, 2)


def test_a_missing_column_a_name_twice_and_rubbish_are_refused_with_what_to_do() -> None:
    with pytest.raises(FileRefused, match=r"peak_force\. .* nothing of the file was taken in"):
        header_of(io.BytesIO(COLUMNS.replace("peak_force,", "").encode()), contract())
    with pytest.raises(FileRefused, match="names a column twice"):
        header_of(io.BytesIO((COLUMNS + ",side").encode()), contract())
    with pytest.raises(FileRefused, match="not UTF-8"):
        header_of(io.BytesIO(b"\x89PNG\xff\x00\n\xfe"), contract())


def test_an_empty_file_has_no_header() -> None:
    assert header_of(io.BytesIO(b"\n\n"), contract()) is None


def test_cells_may_hold_the_separator_quotes_and_line_ends() -> None:
    assert told(b'1,"x,y"\n2,"say ""ah"""\n3,"two\nlines"\n4,z\r\n') == [
        {"a": "1", "b": "x,y"},
        {"a": "2", "b": 'say "ah"'},
        {"a": "3", "b": "two\nlines"},
        {"a": "4", "b": "z"},
    ]


def test_a_row_with_other_cells_than_columns_or_bytes_that_are_no_text_is_told_alone() -> None:
    assert told(b"1\n1,2,3\n\xff,2\n1,2\n") == [
        "too_few_cells",
        "too_many_cells",
        "invalid_utf8",
        {"a": "1", "b": "2"},
    ]


def test_a_quote_that_is_never_closed_costs_its_own_line_only() -> None:
    body = b'1,"open\n' + b"2,x\n" * (MOST_LINES + 5)
    assert told(body) == ["unreadable_row", *([{"a": "2", "b": "x"}] * (MOST_LINES + 5))]


def test_a_quote_inside_a_cell_is_a_sign_like_any_other() -> None:
    assert told(b'1,5" wide\n2,6" wide\n') == [{"a": "1", "b": '5" wide'}, {"a": "2", "b": '6" wide'}]


@given(st.lists(st.sampled_from([b"1,2", b'1,"x', b'y",2', b'"', b"", b"\xff", b"1,2,3"]), max_size=12))
def test_reading_goes_on_after_any_row_as_if_it_had_not_stopped(body: list[bytes]) -> None:
    content = b"\n".join(body)
    found = read(content)
    for at, item in enumerate(found):
        assert read(content, item.next_byte, item.next_number) == found[at + 1 :]
