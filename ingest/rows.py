"""Reads a CSV file by the names of its columns, row by row, with the bytes of each row."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from contracts.contract import Contract, Reason
from ingest.errors import FileRefused
from ingest.lines import Item, lines

DELIMITERS: Final = (",", ";", "\t")
MOST_LINES: Final = 20
"""Lines that one row may span; a quote that is still open then belongs to its own line only."""


@dataclass(frozen=True)
class Header:
    """Columns of a file in its order, what separates them, and where the first row begins."""

    columns: tuple[str, ...]
    delimiter: str
    next_byte: int
    next_number: int


def header_of(file: BinaryIO, contract: Contract) -> Header | None:
    """The header, None for an empty file; raises ``FileRefused`` where a row could not be understood."""
    first = next(lines(file), None)
    if first is None:
        return None
    try:
        text = first.raw.decode("utf-8")
    except UnicodeDecodeError:
        raise FileRefused(
            f"The file is no CSV file of {contract.source}: its first line is not UTF-8 text. "
            "Export it as CSV in UTF-8 and repeat."
        ) from None
    known = {field.name for field in contract.fields}
    columns, delimiter = max(
        ((cells_of(text, sign), sign) for sign in DELIMITERS),
        key=lambda found: len(known & set(found[0] or ())),
    )
    names = tuple(name.strip() for name in columns or ())
    _refuse(names, contract)
    return Header(names, delimiter, first.next_byte, first.next_number)


def rows(file: BinaryIO, header: Header, next_byte: int = 0, number: int = 1) -> Iterator[Item]:
    """Each row as column -> cell; goes on at ``next_byte`` with line ``number`` (0: after the header)."""
    if next_byte < header.next_byte:
        next_byte, number = header.next_byte, header.next_number
    while True:
        for item in lines(file, next_byte, number):
            done = _row(file, item, header)
            yield done
            next_byte, number = done.next_byte, done.next_number
            if done.next_byte != item.next_byte:
                break  # it spans lines: read on behind it
        else:
            return


def _row(file: BinaryIO, first: Item, header: Header) -> Item:
    if first.fault is not None:
        return first
    whole = first
    if first.raw.count(b'"') % 2:
        here = file.tell()
        whole = _joined(file, first, header.delimiter) or first
        file.seek(here)
    return _understood(whole, header)


def _joined(file: BinaryIO, first: Item, delimiter: str) -> Item | None:
    """The row that ends where its quote is closed, or None when it is not closed soon."""
    raw = first.raw
    for following in lines(file, first.next_byte, first.next_number):
        if following.fault is not None or following.next_number - first.number > MOST_LINES:
            return None
        raw += b"\n" + following.raw
        if raw.count(b'"') % 2 == 0:
            joined = Item(raw, first.number, following.next_byte, following.next_number)
            return joined if cells_of(raw.decode("utf-8", "replace"), delimiter) is not None else None
    return None


def _understood(item: Item, header: Header) -> Item:
    try:
        text = item.raw.decode("utf-8")
    except UnicodeDecodeError:
        return _faulty(item, "invalid_utf8")
    cells = cells_of(text, header.delimiter)
    if cells is None:
        return _faulty(item, "unreadable_row")
    if len(cells) != len(header.columns):
        few = len(cells) < len(header.columns)
        return _faulty(item, "too_few_cells" if few else "too_many_cells")
    row = dict(zip(header.columns, cells, strict=True))
    return Item(item.raw, item.number, item.next_byte, item.next_number, row=row)


def row_of(raw: bytes, columns: tuple[str, ...]) -> dict[str, str] | None:
    """A row whose separator is not known any more, by the names of its columns; None when it does not fit."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    for delimiter in DELIMITERS:
        cells = cells_of(text, delimiter)
        if cells is not None and len(cells) == len(columns):
            return dict(zip(columns, cells, strict=True))
    return None


def cells_of(text: str, delimiter: str) -> list[str] | None:
    """The cells of one row, or None when it is none."""
    try:
        text_lines = io.StringIO(text, newline="\n")
        read = list(csv.reader(text_lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return read[0] if len(read) == 1 else None


def _faulty(item: Item, code: str) -> Item:
    fault = Reason(code, "$")
    return Item(item.raw, item.number, item.next_byte, item.next_number, fault=fault)


def _refuse(names: tuple[str, ...], contract: Contract) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FileRefused(
            f"The file names a column twice ({', '.join(twice[:5])}). Name each column once and repeat."
        )
    missing = [field.name for field in contract.fields if field.required and field.name not in names]
    if missing:
        raise FileRefused(
            f"The file's first line does not name these columns of {contract.source}: {', '.join(missing)}. "
            f"See 'myomap sources show {contract.source}' for what it should hold; "
            "nothing of the file was taken in."
        )
