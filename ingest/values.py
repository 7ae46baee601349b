"""Splits bytes that hold JSON values (an array, or one after the other) into the bytes of each value.

It finds where a value ends and judges nothing else, so that one broken record does not cost its
neighbours, and never holds more than one record in memory.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from contracts.contract import Reason
from ingest.lines import BOM, MAX_RECORD, Item

CHUNK: Final = 64 * 1024
_BETWEEN: Final = b" \t\r\n,"
_SIGN: Final = re.compile(rb'["{}\[\]]')
_QUOTE: Final = re.compile(rb'["\\]')
_END: Final = re.compile(rb"[ \t\r\n,\]]")


def values(file: BinaryIO, next_byte: int = 0, number: int = 1, limit: int = MAX_RECORD) -> Iterator[Item]:
    """Each top-level value, or element of a top-level array; goes on at ``next_byte`` with ``number``."""
    source = _Source(file, next_byte)
    if next_byte == 0:
        source.skip_opening()
    while source.skip_between():
        raw, too_long = source.value(limit)
        fault = Reason("too_large", "$") if too_long else None
        yield Item(raw, number, source.position, number + 1, fault=fault)
        number += 1


class _Source:
    """A window on the file; ``position`` is the next byte to look at."""

    def __init__(self, file: BinaryIO, position: int) -> None:
        self._file = file
        self._file.seek(position)
        self._base = position
        self._window = b""
        self._at = 0

    @property
    def position(self) -> int:
        return self._base + self._at

    def skip_opening(self) -> None:
        """Step over a byte order mark and the bracket of an array."""
        self._fill()
        if self._window.startswith(BOM):
            self._at = len(BOM)
        if self.skip_between() and self._window[self._at : self._at + 1] == b"[":
            self._at += 1

    def skip_between(self) -> bool:
        """Step over what separates values; whether one follows."""
        while True:
            while self._at < len(self._window):
                if self._window[self._at] not in _BETWEEN and self._window[self._at] != 0x5D:
                    return True
                self._at += 1
            if not self._fill():
                return False

    def value(self, limit: int) -> tuple[bytes, bool]:
        """The bytes of the value that begins here, cut at ``limit``, and whether it was cut."""
        scan, taken, length = _Scan(), bytearray(), 0
        while True:
            end = scan.over(self._window, self._at)
            part = self._window[self._at : end]
            length += len(part)
            taken += part[: max(0, limit - len(taken))]
            self._at = end
            if scan.done or not self._fill():
                return bytes(taken), length > limit

    def _fill(self) -> bool:
        """Read the next bytes once all of the window was looked at."""
        self._base += self._at
        self._window, self._at = self._window[self._at :] + self._file.read(CHUNK), 0
        return bool(self._window)


class _Scan:
    """Where a JSON value ends: brackets balance, text in quotes does not count."""

    def __init__(self) -> None:
        self.done = False
        self._depth = 0
        self._quoted = False
        self._escaped = False
        self._bare = False

    def over(self, window: bytes, at: int) -> int:
        """Scan on from ``at``; return where the value, or else the window, ends."""
        while at < len(window) and not self.done:
            if self._quoted:
                at = self._in_text(window, at)
            elif self._depth or not self._bare:
                at = self._outside(window, at)
            else:
                found = _END.search(window, at)
                self.done = found is not None
                at = len(window) if found is None else found.start()
        return at

    def _in_text(self, window: bytes, at: int) -> int:
        if self._escaped:
            self._escaped = False
            return at + 1
        found = _QUOTE.search(window, at)
        if found is None:
            return len(window)
        if found.group() == b"\\":
            self._escaped = True
        else:
            self._quoted = False
            self.done = self._depth == 0
        return found.end()

    def _outside(self, window: bytes, at: int) -> int:
        if self._depth == 0 and window[at] not in b'"{[':
            self._bare = True
            return at + 1
        found = _SIGN.search(window, at)
        if found is None:
            return len(window)
        sign = found.group()
        if sign == b'"':
            self._quoted = True
        elif sign in b"{[":
            self._depth += 1
        else:
            self._depth -= 1
            self.done = self._depth == 0
        return found.end()
