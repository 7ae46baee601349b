"""The quarantine: the bytes of every rejected record, encrypted, for 90 days."""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEPT_DAYS: Final = 90
_NONCE: Final = 12

SCHEMA: Final = """
CREATE TABLE quarantined (
    ref TEXT PRIMARY KEY, record_id TEXT NOT NULL, source TEXT NOT NULL, reasons TEXT NOT NULL,
    mark BLOB, body BLOB NOT NULL, expires_on INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX quarantined_of ON quarantined (source);
"""


@dataclass(frozen=True)
class Kept:
    """A rejected record: its bytes, and for a row of a table the names of its columns."""

    ref: str
    record_id: str
    source: str
    raw: bytes
    columns: tuple[str, ...] | None = None


class Quarantine:
    """Rejected bytes in the door's store; the caller owns the transaction."""

    def __init__(self, connection: sqlite3.Connection, key: bytes) -> None:
        self._connection = connection
        self._cipher = AESGCM(key)

    def keep(self, kept: Kept, reasons: list[dict[str, str]], mark: bytes | None, now: datetime) -> None:
        """Encrypt and keep; the same record again keeps its first day of expiry."""
        head = json.dumps(kept.columns).encode()
        plain = len(head).to_bytes(4, "big") + head + kept.raw
        nonce = secrets.token_bytes(_NONCE)
        body = nonce + self._cipher.encrypt(nonce, plain, kept.ref.encode())
        expires_on = (now + timedelta(days=KEPT_DAYS)).date().toordinal()
        self._connection.execute(
            "INSERT INTO quarantined (ref, record_id, source, reasons, mark, body, expires_on)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " reasons = excluded.reasons, mark = excluded.mark, body = excluded.body",
            (kept.ref, kept.record_id, kept.source, json.dumps(reasons), mark, body, expires_on),
        )

    def open(self, ref: str) -> Kept | None:
        """The record behind a reference, or None when it is not kept any more."""
        row = self._connection.execute(
            "SELECT ref, record_id, source, body FROM quarantined WHERE ref = ?", (ref,)
        ).fetchone()
        return None if row is None else self._decrypted(*row)

    def refs(self, source: str) -> list[str]:
        """The references of a source's records that are kept, sorted."""
        rows = self._connection.execute(
            "SELECT ref FROM quarantined WHERE source = ? ORDER BY ref", (source,)
        )
        return [ref for (ref,) in rows]

    def of(self, source: str) -> Iterator[Kept]:
        """Every record of a source that is kept, in a fixed order."""
        return (kept for ref in self.refs(source) if (kept := self.open(ref)) is not None)

    def release(self, ref: str) -> None:
        """Let go of a record that was taken in after all."""
        self._connection.execute("DELETE FROM quarantined WHERE ref = ?", (ref,))

    def forget(self, marks: tuple[bytes, ...]) -> None:
        """Delete what is kept of an erased person."""
        self._connection.executemany("DELETE FROM quarantined WHERE mark = ?", [(mark,) for mark in marks])

    def prune(self, now: datetime) -> int:
        """Delete what is older than 90 days; return how many."""
        day = now.date().toordinal()
        return self._connection.execute("DELETE FROM quarantined WHERE expires_on < ?", (day,)).rowcount

    def _decrypted(self, ref: str, record_id: str, source: str, body: bytes) -> Kept:
        plain = self._cipher.decrypt(body[:_NONCE], body[_NONCE:], ref.encode())
        start = 4 + int.from_bytes(plain[:4], "big")
        columns = json.loads(plain[4:start])
        return Kept(ref, record_id, source, plain[start:], None if columns is None else tuple(columns))
