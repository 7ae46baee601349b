"""The door's outbox: receipts and rejections that were decided and wait to be published."""

import sqlite3
from collections.abc import Iterable
from typing import Final

from ingest.publish import Message, Publisher

SCHEMA: Final = """
CREATE TABLE outbox (number INTEGER PRIMARY KEY, topic TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL);
"""
PORTION: Final = 4_000


class Outbox:
    """Messages in the order in which they were decided; the caller owns the transaction of ``add``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, messages: Iterable[Message]) -> None:
        """Put messages in; they go out in this order."""
        self._connection.executemany(
            "INSERT INTO outbox (topic, key, value) VALUES (?, ?, ?)",
            [(each.topic, each.key, each.value) for each in messages],
        )

    def waiting(self) -> int:
        """How many messages wait."""
        return int(self._connection.execute("SELECT count(*) FROM outbox").fetchone()[0])

    def deliver(self, publisher: Publisher) -> None:
        """Publish all that waits and delete it; a crash in between publishes the same once more."""
        while rows := self._connection.execute(
            "SELECT number, topic, key, value FROM outbox ORDER BY number LIMIT ?", (PORTION,)
        ).fetchall():
            publisher.publish([Message(topic, key, value) for _, topic, key, value in rows])
            self._connection.execute("DELETE FROM outbox WHERE number <= ?", (rows[-1][0],))
