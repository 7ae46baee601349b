"""Lines are read one at a time, each with a bound, and reading goes on anywhere."""

import io

from hypothesis import given
from hypothesis import strategies as st

from ingest.lines import Item, lines


def read(content: bytes, *start: int, limit: int = 8) -> list[Item]:
    return list(lines(io.BytesIO(content), *start, limit=limit))


def test_blank_lines_are_no_records_but_count_as_lines() -> None:
    found = read(b"\xef\xbb\xbfa\r\n\r\n  \nb")
    assert [(each.raw, each.number) for each in found] == [(b"a", 1), (b"b", 4)]


def test_a_line_that_is_too_long_is_cut_and_told_and_its_neighbours_are_whole() -> None:
    found = read(b"a\n" + b"x" * 50 + b"\nb\n")
    assert [(each.raw, each.number) for each in found] == [(b"a", 1), (b"x" * 8, 2), (b"b", 3)]
    assert [each.fault.code if each.fault else None for each in found] == [None, "too_large", None]


def test_a_line_as_long_as_the_bound_is_whole() -> None:
    assert [each.fault for each in read(b"x" * 8 + b"\n" + b"x" * 8)] == [None, None]


@given(st.binary(max_size=80))
def test_reading_goes_on_after_any_record_as_if_it_had_not_stopped(content: bytes) -> None:
    found = read(content)
    for at, item in enumerate(found):
        assert read(content, item.next_byte, item.next_number) == found[at + 1 :]


def test_an_empty_file_has_no_records() -> None:
    assert read(b"") == []
