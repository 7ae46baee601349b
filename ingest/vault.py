"""The vault: an identifier becomes a keyed mark, and the mark stands for a random key.

Marks are HMAC-SHA256, so the file tells no identifier to who has it without the secret. A person is
known by the key of the identifier that was said (``own_key``); after a merge several such keys are
one person, whose events go under the smallest of them (``key``).
"""

import hmac
import json
import secrets
import sqlite3
import unicodedata
from dataclasses import dataclass
from typing import Final

SCHEMA: Final = """
CREATE TABLE persons (mark BLOB PRIMARY KEY, own_key TEXT NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE merged (own_key TEXT PRIMARY KEY, survivor TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX merged_into ON merged (survivor);
CREATE TABLE erased (mark BLOB PRIMARY KEY, record_id TEXT NOT NULL, event_ids TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE reference_keys (
    kind TEXT NOT NULL, scope TEXT NOT NULL, mark BLOB NOT NULL, key TEXT NOT NULL UNIQUE,
    PRIMARY KEY (kind, scope, mark)
) WITHOUT ROWID;
"""

KINDS: Final = {
    "episode_id": "episode",
    "session_id": "session",
    "therapist": "therapist",
    "rater": "therapist",
}
"""Canonical field -> what its reference names; a therapist who measures is the same therapist."""
SHARED: Final = frozenset({"therapist"})
"""What is the same for all patients; every other reference is a patient's own."""


@dataclass(frozen=True)
class Person:
    """Whom an identifier means: its own key, the key of the merged person, and the keys gone into it."""

    own_key: str
    key: str
    absorbed: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key of this person, the surviving one first."""
        return (self.key, *self.absorbed)


@dataclass(frozen=True)
class Erased:
    """An identifier whose person asked to be forgotten, and the record that said so."""

    record_id: str
    event_ids: tuple[str, ...]


class Vault:
    """The vault's tables in the door's store; the caller owns the transaction."""

    def __init__(self, connection: sqlite3.Connection, key: bytes) -> None:
        self._connection = connection
        self._key = key

    def mark(self, identifier: str, namespace: str | None = None) -> bytes:
        """The keyed mark of a person's identifier in a namespace; None is what the clinics share."""
        return self._mark("person" if namespace is None else f"person of {namespace}", identifier)

    def find(self, identifier: str, namespace: str | None = None) -> Person | Erased | None:
        """Whom the identifier means, without making anything."""
        mark = self.mark(identifier, namespace)
        row = self._connection.execute(
            "SELECT p.own_key, m.survivor FROM persons AS p"
            " LEFT JOIN merged AS m ON m.own_key = p.own_key WHERE p.mark = ?",
            (mark,),
        ).fetchone()
        if row is not None:
            return self._person(*row)
        erased = self._connection.execute(
            "SELECT record_id, event_ids FROM erased WHERE mark = ?", (mark,)
        ).fetchone()
        return None if erased is None else Erased(erased[0], tuple(json.loads(erased[1])))

    def person(self, identifier: str, namespace: str | None = None) -> Person | Erased:
        """Whom the identifier means; one that was never heard gets a random key of 32 hex digits."""
        found = self.find(identifier, namespace)
        if found is not None:
            return found
        key = secrets.token_hex(16)
        self._connection.execute(
            "INSERT INTO persons (mark, own_key) VALUES (?, ?)", (self.mark(identifier, namespace), key)
        )
        return Person(key, key)

    def reference(self, field: str, text: str, event_key: str, survivor: str) -> str:
        """The random key for a source's reference in an event under ``event_key``; made when unheard."""
        kind = KINDS.get(field, field)
        mark = self._mark(kind, text)
        scopes = ("",) if kind in SHARED else tuple(dict.fromkeys((event_key, survivor)))
        for scope in scopes:
            row = self._connection.execute(
                "SELECT key FROM reference_keys WHERE kind = ? AND scope = ? AND mark = ?",
                (kind, scope, mark),
            ).fetchone()
            if row is not None:
                return str(row[0])
        key = secrets.token_hex(16)
        self._connection.execute(
            "INSERT INTO reference_keys (kind, scope, mark, key) VALUES (?, ?, ?, ?)",
            (kind, scopes[-1], mark, key),
        )
        return key

    def merge(self, one: str, other: str) -> None:
        """From now on two own keys are one person: the smallest key survives, references follow it."""
        survivor, absorbed = sorted((self._survivor(one), self._survivor(other)))
        if survivor == absorbed:
            return
        run = self._connection.execute
        run("UPDATE merged SET survivor = ? WHERE survivor = ?", (survivor, absorbed))
        for key in (survivor, absorbed):
            run("INSERT OR REPLACE INTO merged (own_key, survivor) VALUES (?, ?)", (key, survivor))
        # A reference that both had said stays where it was, for repeats of what was said under it.
        run("UPDATE OR IGNORE reference_keys SET scope = ? WHERE scope = ?", (survivor, absorbed))

    def erase(self, person: Person, record_id: str, event_ids: tuple[str, ...]) -> tuple[bytes, ...]:
        """Forget every identifier of the person but for a keyed mark; return the marks."""
        run, marks = self._connection.execute, []
        for key in dict.fromkeys((person.own_key, *person.keys)):
            row = run("SELECT mark FROM persons WHERE own_key = ?", (key,)).fetchone()
            run("DELETE FROM persons WHERE own_key = ?", (key,))
            run("DELETE FROM reference_keys WHERE scope = ?", (key,))
            if row is not None:
                marks.append(bytes(row[0]))
        self._connection.executemany(
            "INSERT OR REPLACE INTO erased (mark, record_id, event_ids) VALUES (?, ?, ?)",
            [(mark, record_id, json.dumps(event_ids)) for mark in marks],
        )
        return tuple(marks)

    def _person(self, own_key: str, survivor: str | None) -> Person:
        if survivor is None:
            return Person(own_key, own_key)
        rows = self._connection.execute(
            "SELECT own_key FROM merged WHERE survivor = ? ORDER BY own_key", (survivor,)
        )
        return Person(own_key, survivor, tuple(key for (key,) in rows if key != survivor))

    def _survivor(self, key: str) -> str:
        row = self._connection.execute("SELECT survivor FROM merged WHERE own_key = ?", (key,)).fetchone()
        return key if row is None else str(row[0])

    def _mark(self, kind: str, text: str) -> bytes:
        normal = unicodedata.normalize("NFC", text).strip()
        return hmac.digest(self._key, f"{kind}\x1f{normal}".encode("utf-8", "surrogatepass"), "sha256")
