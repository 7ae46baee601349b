"""The look-up: from the clinic's own reference to the random key, with an audit of who asked."""

import sqlite3
from datetime import datetime
from typing import Final

from ingest.vault import Person, Vault

SCHEMA: Final = """
CREATE TABLE lookups (
    number INTEGER PRIMARY KEY, asked_at TEXT NOT NULL, actor TEXT NOT NULL, mark BLOB NOT NULL,
    found INTEGER NOT NULL
);
"""
ACTOR_LENGTH: Final = 200


class Lookup:
    """Answers and remembers every question; the caller owns the transaction."""

    def __init__(self, connection: sqlite3.Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def key_of(self, reference: str, actor: str, now: datetime) -> str | None:
        """The surviving key of the person, or None; the audit keeps a keyed mark of the reference."""
        found = self._vault.find(reference)
        key = found.key if isinstance(found, Person) else None
        self.note(reference, actor, key is not None, now)
        return key

    def note(self, asked: str, actor: str, found: bool, now: datetime) -> None:
        """Write down who asked for what; of that only a keyed mark is kept."""
        self._connection.execute(
            "INSERT INTO lookups (asked_at, actor, mark, found) VALUES (?, ?, ?, ?)",
            (now.isoformat(), actor[:ACTOR_LENGTH], self._vault.mark(asked), found),
        )

    def asked(self) -> list[tuple[str, str, bool]]:
        """The audit, oldest first: when, who, and whether something was found."""
        rows = self._connection.execute("SELECT asked_at, actor, found FROM lookups ORDER BY number")
        return [(at, actor, bool(found)) for at, actor, found in rows]
