"""Reads a file line by line with a bound on each, so that no file can fill the memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from contracts.contract import Reason

MAX_RECORD: Final = 1024 * 1024
"""Bytes of the longest record that a door reads; of a longer one the beginning is kept."""
BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Item:
    """A record of a file, and where to go on after it.

    number: of its first line, or of its element in an array, from 1. row: its cells, in a table.
    """

    raw: bytes
    number: int
    next_byte: int
    next_number: int
    row: Mapping[str, str] | None = None
    fault: Reason | None = None


def lines(file: BinaryIO, next_byte: int = 0, number: int = 1, limit: int = MAX_RECORD) -> Iterator[Item]:
    """Each line that is not blank, without its end; goes on at ``next_byte`` with line ``number``."""
    file.seek(next_byte)
    while line := file.readline(limit + 1):
        next_byte += len(line)
        too_long = len(line) > limit and not line.endswith(b"\n")
        raw = line[:limit] if too_long else line.rstrip(b"\r\n")
        if too_long:
            next_byte += _skip_rest(file, limit)
        if number == 1:
            raw = raw.removeprefix(BOM)
        if raw.strip():
            fault = Reason("too_large", "$") if too_long else None
            yield Item(raw, number, next_byte, number + 1, fault=fault)
        number += 1


def _skip_rest(file: BinaryIO, limit: int) -> int:
    """Read to the end of the line; return how many bytes that were."""
    skipped = 0
    while rest := file.readline(limit):
        skipped += len(rest)
        if rest.endswith(b"\n"):
            break
    return skipped
