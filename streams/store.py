"""The state of one partition in one SQLite file: states, next offset and outbox in one transaction."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.rows import Commit, EpisodeRow, Message, PatientRow, Pending, Unpublished


class Fenced(Exception):
    """Another process took this partition's store over; nothing of this batch was written."""


class PartitionStore:
    """The store of one partition, open in the one process that owns it (the holder of ``epoch``)."""

    def __init__(self, path: Path, connection: sqlite3.Connection, epoch: int, next_offset: int) -> None:
        self.path = path
        self.epoch = epoch
        self.next_offset = next_offset
        self._connection = connection

    def load(self, patient_keys: Iterable[str]) -> dict[str, PatientRow]:
        """The rows of these patients; a patient who is not here yet is left out."""
        found: dict[str, PatientRow] = {}
        for key in patient_keys:
            row = read_patient(self._connection, key)
            if row is not None:
                found[key] = row
        return found

    def commit(self, batch: Commit) -> None:
        """Write one batch as a whole, or nothing; raises ``Fenced`` when another process took over."""
        with self._transaction():
            self._advance(batch.from_offset, batch.to_offset)
            self._write_states(batch)
            self._connection.executemany(
                "INSERT INTO outbox (topic, key, value) VALUES (?, ?, ?)",
                [(message.topic, message.key, message.value) for message in batch.messages],
            )
            self._connection.executemany(
                "INSERT OR REPLACE INTO quarantined (record_offset, reason, path) VALUES (?, ?, ?)",
                [(row.record_offset, row.reason, row.path) for row in batch.quarantined],
            )
        self.next_offset = batch.to_offset

    def pending(self, limit: int = 500) -> Pending:
        """The oldest ``limit`` messages and ``limit`` episode states that wait to be published."""
        messages = self._connection.execute(
            "SELECT number, topic, key, value FROM outbox ORDER BY number LIMIT ?", (limit,)
        ).fetchall()
        episodes = self._connection.execute(
            "SELECT u.patient_key, u.episode_id, e.view, e.detail FROM unpublished AS u"
            " LEFT JOIN episodes AS e ON e.patient_key = u.patient_key AND e.episode_id = u.episode_id"
            " ORDER BY u.next_offset, u.patient_key, u.episode_id LIMIT ?",
            (limit,),
        ).fetchall()
        return Pending(
            next_offset=self.next_offset,
            messages=tuple(Message(topic, key, value) for _, topic, key, value in messages),
            last_number=messages[-1][0] if messages else 0,
            episodes=tuple(
                Unpublished(key, episode, None if view is None else EpisodeRow(view, detail))
                for key, episode, view, detail in episodes
            ),
        )

    def published(self, pending: Pending) -> None:
        """Take what was acknowledged out of the outbox; what changed since then stays.

        A lost deletion only means a second publish of the same thing, so this commit does not wait
        for the disk.
        """
        self._connection.execute("PRAGMA synchronous = NORMAL")
        try:
            with self._transaction():
                self._advance(self.next_offset, self.next_offset)
                self._connection.execute("DELETE FROM outbox WHERE number <= ?", (pending.last_number,))
                self._connection.executemany(
                    "DELETE FROM unpublished WHERE patient_key = ? AND episode_id = ? AND next_offset <= ?",
                    [(each.patient_key, each.episode_id, pending.next_offset) for each in pending.episodes],
                )
        finally:
            self._connection.execute("PRAGMA synchronous = FULL")

    def check_owner(self) -> None:
        """Raise ``Fenced`` when another process took over."""
        found = self._connection.execute("SELECT epoch FROM meta").fetchone()
        if found != (self.epoch,):
            raise Fenced(_fenced(self.path))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _advance(self, from_offset: int, to_offset: int) -> None:
        moved = self._connection.execute(
            "UPDATE meta SET next_offset = ? WHERE epoch = ? AND next_offset = ?",
            (to_offset, self.epoch, from_offset),
        )
        if moved.rowcount != 1:
            raise Fenced(_fenced(self.path))

    def _write_states(self, batch: Commit) -> None:
        self._connection.executemany(
            "INSERT INTO patients (patient_key, state) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET state = excluded.state",
            list(batch.patients.items()),
        )
        self._connection.executemany(
            "INSERT INTO episodes (patient_key, episode_id, view, detail) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET view = excluded.view, detail = excluded.detail",
            [(*ids, row.view, row.detail) for ids, row in batch.episodes.items() if row is not None],
        )
        self._connection.executemany(
            "DELETE FROM episodes WHERE patient_key = ? AND episode_id = ?",
            [ids for ids, row in batch.episodes.items() if row is None],
        )
        self._connection.executemany(
            "INSERT INTO unpublished (patient_key, episode_id, next_offset) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset",
            [(*ids, batch.to_offset) for ids in batch.episodes],
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with transaction(self._connection):
            yield


def read_patient(connection: sqlite3.Connection, patient_key: str) -> PatientRow | None:
    """The rows of one patient, or None."""
    found = connection.execute("SELECT state FROM patients WHERE patient_key = ?", (patient_key,)).fetchone()
    if found is None:
        return None
    episodes = connection.execute(
        "SELECT episode_id, view, detail FROM episodes WHERE patient_key = ?", (patient_key,)
    )
    return PatientRow(found[0], {episode: EpisodeRow(view, detail) for episode, view, detail in episodes})


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing, with the file's write lock from the beginning."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite itself has already rolled back after some failures, a full disk for one.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _fenced(path: Path) -> str:
    return (
        f"Another worker took over the state store {path}; this one stops and has written nothing more. "
        "Nothing is lost; stop one of the two if they were not started on purpose."
    )
