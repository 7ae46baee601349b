"""The identity index: which events the door has published, what they said, and which record said so first.

A row is written before its event goes to Kafka (not yet settled) and settled once all of its batch is
acknowledged. It is kept for the source's lateness bound; after that the same event would count anew.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

SCHEMA: Final = """
CREATE TABLE identities (
    event_id BLOB PRIMARY KEY, content BLOB NOT NULL, record_id TEXT NOT NULL,
    settled INTEGER NOT NULL, expires_on INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX identities_expire ON identities (expires_on);
"""


@dataclass(frozen=True)
class Known:
    """What the index knows of an event: 16 bytes of its content's hash, its first record, its standing."""

    content: bytes
    record_id: str
    settled: bool


def short(content_hash: str) -> bytes:
    """The part of a content hash that the index keeps."""
    return bytes.fromhex(content_hash[:32])


class Identities:
    """The index in the door's store; the caller owns the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, event_id: str) -> Known | None:
        """What is known of this event, or None."""
        row = self._connection.execute(
            "SELECT content, record_id, settled FROM identities WHERE event_id = ?",
            (bytes.fromhex(event_id),),
        ).fetchone()
        return None if row is None else Known(row[0], row[1], bool(row[2]))

    def announce(self, known: Iterable[tuple[str, Known]], until: datetime) -> None:
        """Write down what is about to be published."""
        expires_on = until.date().toordinal()
        self._connection.executemany(
            "INSERT INTO identities (event_id, content, record_id, settled, expires_on)"
            " VALUES (?, ?, ?, 0, ?)"
            " ON CONFLICT DO UPDATE SET record_id = excluded.record_id, expires_on = excluded.expires_on"
            " WHERE settled = 0",
            [(bytes.fromhex(event_id), each.content, each.record_id, expires_on) for event_id, each in known],
        )

    def settle(self, event_ids: Iterable[str]) -> None:
        """These events are acknowledged."""
        self._connection.executemany(
            "UPDATE identities SET settled = 1 WHERE event_id = ?",
            [(bytes.fromhex(event_id),) for event_id in event_ids],
        )

    def in_flight(self) -> int:
        """How many records have an event that is not acknowledged yet."""
        sql = "SELECT count(DISTINCT record_id) FROM identities WHERE settled = 0"
        return int(self._connection.execute(sql).fetchone()[0])

    def prune(self, now: datetime) -> int:
        """Forget what is older than its source's bound; return how many."""
        day = now.date().toordinal()
        return self._connection.execute("DELETE FROM identities WHERE expires_on < ?", (day,)).rowcount


def kept_until(now: datetime, lateness_days: int) -> datetime:
    """How long an event that is received now stays in the index."""
    return now + timedelta(days=lateness_days)
