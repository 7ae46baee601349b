"""The state of one partition in one SQLite file: states, next offset and outbox in one transaction."""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from streams.rows import (
    Commit,
    EpisodeRow,
    Message,
    PatientRow,
    Position,
    Unpublished,
    UnpublishedPatient,
)

PART: Final = 200
"""Rows of an outbox that are read at a time."""
NO_EPISODE: Final = ""
"""The episode's id in ``unpublished`` where a patient's small row is meant."""

_EVERY_PATIENT: Final = (
    "INSERT OR REPLACE INTO unpublished (patient_key, episode_id, next_offset)"
    " SELECT patient_key, '', ? FROM patients"
)
_EVERY_EPISODE: Final = (
    "INSERT OR REPLACE INTO unpublished (patient_key, episode_id, next_offset)"
    " SELECT patient_key, episode_id, ? FROM episodes"
)


class Fenced(Exception):
    """Another process took this partition's store over; nothing of this batch was written."""


class Waiting:
    """What waits in the outbox, as it stood at one moment, read in parts so that little is held at once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.epoch, next_offset, published = connection.execute(
            "SELECT epoch, next_offset, published_offset FROM meta"
        ).fetchone()
        last = connection.execute("SELECT max(number) FROM outbox").fetchone()[0]
        some = connection.execute("SELECT EXISTS (SELECT 1 FROM unpublished)").fetchone()[0]
        self.position = Position(next_offset, last or 0)
        self._is_any = last is not None or bool(some) or next_offset > published

    def __bool__(self) -> bool:
        return self._is_any

    def messages(self) -> Iterator[list[Message]]:
        """Transitions and quarantine notes in the order in which they came about."""
        for rows in self._parts("SELECT topic, key, value FROM outbox ORDER BY number"):
            yield [Message(*row) for row in rows]

    def patients(self) -> Iterator[list[UnpublishedPatient]]:
        """Small rows of patients that changed; the row is None where there is no such patient."""
        for rows in self._parts(
            "SELECT u.patient_key, p.state,"
            " EXISTS (SELECT 1 FROM episodes AS e WHERE e.patient_key = u.patient_key)"
            " FROM unpublished AS u LEFT JOIN patients AS p ON p.patient_key = u.patient_key"
            " WHERE u.episode_id = '' ORDER BY u.patient_key"
        ):
            yield [UnpublishedPatient(key, state, bool(some)) for key, state, some in rows]

    def episodes(self) -> Iterator[list[Unpublished]]:
        """States of episodes that changed; the row is None where the episode was taken away."""
        for rows in self._parts(
            "SELECT u.patient_key, u.episode_id, e.view, e.detail FROM unpublished AS u"
            " LEFT JOIN episodes AS e ON e.patient_key = u.patient_key AND e.episode_id = u.episode_id"
            " WHERE u.episode_id <> '' ORDER BY u.patient_key, u.episode_id"
        ):
            yield [
                Unpublished(key, episode, None if view is None else EpisodeRow(view, detail))
                for key, episode, view, detail in rows
            ]

    def _parts(self, sql: str) -> Iterator[list[Any]]:
        cursor = self._connection.execute(sql)
        try:
            while rows := cursor.fetchmany(PART):
                yield rows
        finally:
            cursor.close()


class PartitionStore:
    """The store of one partition, open in the one process that owns it (the holder of ``epoch``)."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, epoch: int, next_offset: int, owner: str = ""
    ) -> None:
        self.path = path
        self.epoch = epoch
        self.next_offset = next_offset
        self.owner = owner
        self._connection = connection
        self._reader: sqlite3.Connection | None = None

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

    @contextmanager
    def waiting(self) -> Iterator[Waiting]:
        """What waits to be published at this moment; what is committed meanwhile is not seen.

        Raises ``Fenced`` when another process took over.
        """
        if self._reader is None:
            self._reader = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=ro",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
            )
        self._reader.execute("BEGIN")
        try:
            waiting = Waiting(self._reader)
            if waiting.epoch != self.epoch:
                raise Fenced(_fenced(self.path))
            yield waiting
        finally:
            # The store may have been closed meanwhile, and its reader with it.
            with contextlib.suppress(sqlite3.ProgrammingError):
                self._reader.execute("ROLLBACK")

    def published(self, upto: Position) -> None:
        """Take what was acknowledged out of the outbox; what changed since then stays.

        A lost deletion only means a second publish of the same thing, so this commit does not wait
        for the disk.
        """
        self._connection.execute("PRAGMA synchronous = NORMAL")
        try:
            with self._transaction():
                self._advance(self.next_offset, self.next_offset)
                self._connection.execute("DELETE FROM outbox WHERE number <= ?", (upto.last_number,))
                self._connection.execute(
                    "DELETE FROM unpublished WHERE next_offset <= ?", (upto.next_offset,)
                )
                self._connection.execute(
                    "UPDATE meta SET published_offset = max(published_offset, ?), is_remade = 0",
                    (upto.next_offset,),
                )
                self._connection.execute("DELETE FROM owners WHERE owner <> ?", (self.owner,))
        finally:
            self._connection.execute("PRAGMA synchronous = FULL")

    def publish_again(self, keys: Iterable[tuple[str, str]] = ()) -> None:
        """Have every state published again, and tombstones for those of ``keys`` that are not here."""
        with self._transaction():
            self._advance(self.next_offset, self.next_offset)
            self._connection.executemany(
                "INSERT OR REPLACE INTO unpublished (patient_key, episode_id, next_offset) VALUES (?, ?, ?)",
                ((*key, self.next_offset) for key in keys),
            )
            for every in (_EVERY_PATIENT, _EVERY_EPISODE):
                self._connection.execute(every, (self.next_offset,))

    def check_owner(self) -> None:
        """Raise ``Fenced`` when another process took over."""
        found = self._connection.execute("SELECT epoch FROM meta").fetchone()
        if found != (self.epoch,):
            raise Fenced(_fenced(self.path))

    def close(self) -> None:
        """Let go of the file, which then says that it was left whole."""
        if self._reader is not None:
            self._reader.close()
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("UPDATE meta SET is_closed = 1 WHERE epoch = ?", (self.epoch,))
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
        gone = [ids for ids, row in batch.episodes.items() if row is None]
        self._connection.executemany("DELETE FROM episodes WHERE patient_key = ? AND episode_id = ?", gone)
        # Whether a patient's row goes out depends on there being episodes.
        changed = {*batch.episodes, *((key, NO_EPISODE) for key in batch.patients)}
        changed |= {(key, NO_EPISODE) for key, _ in gone}
        self._connection.executemany(
            "INSERT INTO unpublished (patient_key, episode_id, next_offset) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset",
            [(*ids, batch.to_offset) for ids in changed],
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
