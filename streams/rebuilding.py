"""Store files made anew beside the old ones, and put in their place: whole, or not at all."""

import contextlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Self

from streams.batch import Record
from streams.messages import quarantined_message, transition_message
from streams.opening import Log, open_store, put_aside, store_path, sync_folder
from streams.progression.decisions import FactChange
from streams.progression.state import PatientState
from streams.refolding import caused
from streams.rows import Commit, QuarantinedRow
from streams.states import changed_rows

WAIT_S: Final = 5.0
"""So long an old store may be locked by somebody else."""


class FreshStore:
    """The store of one partition in a folder of its own, which nobody uses yet."""

    def __init__(self, folder: Path, log: Log, rules_version: str, next_offset: int) -> None:
        """Make it, empty, as one that has read the log up to ``next_offset``."""
        self.path = store_path(folder, log.partition)
        self.next_offset = next_offset
        self._log = log
        self._store = open_store(folder, log, rules_version)
        self._store.commit(Commit(0, next_offset))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._store.close()

    def write(self, states: Mapping[str, PatientState]) -> None:
        """Write these patients; all of them wait to be published."""
        patients, episodes = changed_rows({}, states)
        self._store.commit(Commit(self.next_offset, self.next_offset, patients, episodes))

    def replaces(self, published: Iterable[tuple[str, str]], owner: str | None) -> None:
        """What is published until now: keys (those that are no more are taken away), and who did it last."""
        self._store.publish_again(published)
        if owner is not None:
            with contextlib.closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
                connection.execute("INSERT OR IGNORE INTO owners (owner) VALUES (?)", (owner,))

    def tell(self, changes: Sequence[FactChange], cause: str) -> None:
        """Put what has to be said of facts into the outbox; ``cause`` makes the messages' ids its own."""
        messages = [
            caused(transition_message(each, self._log.partition, self.next_offset), cause) for each in changes
        ]
        self._store.commit(Commit(self.next_offset, self.next_offset, messages=messages))

    def set_aside(self, rows: Sequence[QuarantinedRow], records: Sequence[Record]) -> None:
        """Note the records that were set aside, and tell it again: the notes have the ids that they had."""
        messages = [quarantined_message(row, self._log, records) for row in rows]
        self._store.commit(Commit(self.next_offset, self.next_offset, messages=messages, quarantined=rows))


def put_in_place(fresh: Path, place: Path) -> Path | None:
    """Make ``fresh`` the store at ``place``; where the old one is kept now, None without one.

    Whoever still has the old file open writes nothing any more: its epoch is raised first.
    """
    epoch = _fenced(place) if place.exists() else 0
    with contextlib.closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        connection.execute("UPDATE meta SET epoch = max(epoch, ?), is_remade = 1", (epoch,))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    aside = put_aside(place, "replaced") if place.exists() else None
    fresh.rename(place)
    sync_folder(place.parent)
    return aside


def _fenced(place: Path) -> int:
    """Raise the old store's epoch and have all of it in one file; 0 where it cannot be read."""
    try:
        with contextlib.closing(sqlite3.connect(place, isolation_level=None, timeout=WAIT_S)) as connection:
            row = connection.execute("UPDATE meta SET epoch = epoch + 1 RETURNING epoch").fetchone()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return int(row[0]) if row else 0
    except sqlite3.DatabaseError:  # it is damaged, which is why it is made anew
        return 0
