"""The file ledger: how far each file has been taken in, so that a killed run goes on where it ended."""

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from ingest.errors import DoorError

SCHEMA: Final = """
CREATE TABLE files (
    source TEXT NOT NULL, content TEXT NOT NULL, next_byte INTEGER NOT NULL, next_line INTEGER NOT NULL,
    verdicts TEXT NOT NULL, reasons TEXT NOT NULL, complete INTEGER NOT NULL, PRIMARY KEY (source, content)
) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Progress:
    """How far a file was taken in: the next byte and line, and what its records got so far.

    content: SHA-256 of the file, 64 hex digits; lines count from 1. dropped: unknown fields so far.
    """

    source: str
    content: str
    next_byte: int = 0
    next_line: int = 1
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    complete: bool = False
    dropped: int = 0


class Ledger:
    """The ledger in the door's store; the caller owns the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, source: str, content: str) -> Progress:
        """How far this file was taken in."""
        row = self._connection.execute(
            "SELECT next_byte, next_line, verdicts, reasons, complete FROM files"
            " WHERE source = ? AND content = ?",
            (source, content),
        ).fetchone()
        if row is None:
            return Progress(source, content)
        verdicts, reasons = Counter(json.loads(row[2])), Counter(json.loads(row[3]))
        dropped = verdicts.pop("dropped", 0)
        return Progress(source, content, row[0], row[1], verdicts, reasons, bool(row[4]), dropped)

    def advance(self, before: Progress, after: Progress) -> None:
        """Write how far it is now; raises ``DoorError`` when another process moved it meanwhile."""
        there = self.find(before.source, before.content)
        if (there.next_byte, there.complete) != (before.next_byte, before.complete):
            raise DoorError(
                "Another process takes in the same file at this moment. Wait until it has ended, then repeat."
            )
        self._connection.execute(
            "INSERT OR REPLACE INTO files"
            " (source, content, next_byte, next_line, verdicts, reasons, complete)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                after.source,
                after.content,
                after.next_byte,
                after.next_line,
                json.dumps(after.verdicts | {"dropped": after.dropped}),
                json.dumps(after.reasons),
                after.complete,
            ),
        )
