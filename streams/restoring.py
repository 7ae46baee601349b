"""Makes a partition's store again from what is published of it: row for row the store that was lost."""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from streams.batch import Record
from streams.compacted import PublishedStates
from streams.messages import EPISODE, MARKER, MARKER_KEY, PATIENT
from streams.opening import Log, beside, make_tables, store_path, sync_folder, take_away
from streams.position import StoreRefused
from streams.rows import EpisodeRow, Marker
from streams.states import bare_row

UNFINISHED: Final = ".restoring"
"""The end of the name of a file that is not whole yet; one that a killed worker left is begun anew."""


class _Note(msgspec.Struct, frozen=True):
    offset: int
    reason: str
    path: str


_NOTE: Final = msgspec.json.Decoder(_Note)


@dataclass
class Restoration:
    """One restoration under way: offsets of the published topic read so far, and all there are."""

    partition: int
    read: int = 0
    total: int = 0
    states: int = 0


def restore(
    folder: Path, log: Log, published: PublishedStates, progress: Restoration, epoch: int = 0
) -> Marker:
    """Make the store again and put it in the place of the old one (of this epoch), if any; how far it goes.

    Raises ``StoreRefused`` when what is published does not hang together. Nothing is forced to the disk
    before the end, because an unfinished file is never used.
    """
    path = store_path(folder, log.partition)
    unfinished = beside(path, UNFINISHED)
    folder.mkdir(parents=True, exist_ok=True)
    for end in ("", "-journal"):
        beside(unfinished, end).unlink(missing_ok=True)
    connection = _connect(unfinished)
    try:
        marker = _fill(connection, log, published, progress)
        connection.execute("UPDATE meta SET epoch = ?", (epoch,))
    finally:
        connection.close()
    _sync_file(unfinished)
    take_away(path)
    unfinished.replace(path)
    sync_folder(folder)
    return marker


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in (
        "page_size = 8192",
        "journal_mode = OFF",
        "synchronous = OFF",
        "locking_mode = EXCLUSIVE",
        "cache_size = -64000",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("bare_row", 1, bare_row, deterministic=True)
    return connection


def _fill(
    connection: sqlite3.Connection, log: Log, published: PublishedStates, progress: Restoration
) -> Marker:
    bounds = published.bounds(log.partition)
    progress.total = bounds.end - bounds.start
    connection.execute("BEGIN")
    make_tables(connection, log, "")
    filling = _Filling(connection, log.partition)
    for records, upto in published.read(log.partition):
        filling.take(records)
        progress.read, progress.states = upto - bounds.start, filling.states
    marker = filling.finished()
    for notes in published.notes(log.partition):
        filling.note(notes)
    # The row of a patient all of whose events belong to episodes is not published.
    connection.execute(
        "INSERT OR IGNORE INTO patients (patient_key, state)"
        " SELECT DISTINCT patient_key, bare_row(patient_key) FROM episodes"
    )
    connection.execute("INSERT INTO owners (owner) VALUES (?)", (marker.owner,))
    connection.execute(
        "UPDATE meta SET rules_version = ?, next_offset = ?, published_offset = ?",
        (marker.rules_version, marker.next_offset, marker.next_offset),
    )
    connection.execute("COMMIT")
    return marker


class _Filling:
    """Puts messages into the tables; of one key the last message counts."""

    def __init__(self, connection: sqlite3.Connection, partition: int) -> None:
        self._connection = connection
        self._partition = partition
        self._marker: Marker | None = None
        self._covered = 0
        self.states = 0

    def take(self, records: Sequence[Record]) -> None:
        """Put these in, after all that came before."""
        latest = {record.key: record.value for record in records if record.key is not None}
        episodes: dict[tuple[str, str], EpisodeRow | None] = {}
        patients: dict[str, bytes | None] = {}
        try:
            for key, value in latest.items():
                if key == MARKER_KEY:
                    self._mark(value)
                elif b"/" in key:
                    name, _, episode = key.decode().partition("/")
                    episodes[name, episode] = None if value is None else self._episode(value)
                else:
                    patients[key.decode()] = None if value is None else self._patient(value)
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise self._refused("one of its messages cannot be read") from problem
        self._write_episodes(episodes)
        self._write_patients(patients)

    def note(self, records: Sequence[Record]) -> None:
        """Put notes of records that were set aside in; the topic may keep fewer of them than were lost."""
        notes = [_NOTE.decode(record.value) for record in records if record.value is not None]
        self._connection.executemany(
            "INSERT OR REPLACE INTO quarantined VALUES (?, ?, ?)",
            [(note.offset, note.reason, note.path) for note in notes],
        )

    def finished(self) -> Marker:
        """How far all of it goes."""
        if self._marker is None:
            raise self._refused("it has no marker")
        if self._covered > self._marker.next_offset:
            raise self._refused(f"a state covers offset {self._covered}, beyond its marker")
        return self._marker

    def _mark(self, value: bytes | None) -> None:
        if value is not None:
            self._marker = MARKER.decode(value).marker()

    def _episode(self, value: bytes) -> EpisodeRow:
        said = EPISODE.decode(value)
        self._covered = max(self._covered, said.covers.next_offset)
        return said.row()

    def _patient(self, value: bytes) -> bytes:
        said = PATIENT.decode(value)
        self._covered = max(self._covered, said.covers.next_offset)
        return said.state

    def _write_episodes(self, episodes: dict[tuple[str, str], EpisodeRow | None]) -> None:
        gone = [key for key, row in episodes.items() if row is None]
        rows = [(*key, row.view, row.detail) for key, row in episodes.items() if row is not None]
        self._connection.executemany("DELETE FROM episodes WHERE patient_key = ? AND episode_id = ?", gone)
        self._connection.executemany("INSERT OR REPLACE INTO episodes VALUES (?, ?, ?, ?)", sorted(rows))
        self.states += len(rows)

    def _write_patients(self, patients: dict[str, bytes | None]) -> None:
        gone = [(key,) for key, state in patients.items() if state is None]
        rows = sorted((key, state) for key, state in patients.items() if state is not None)
        self._connection.executemany("DELETE FROM patients WHERE patient_key = ?", gone)
        self._connection.executemany("INSERT OR REPLACE INTO patients VALUES (?, ?)", rows)

    def _refused(self, why: str) -> StoreRefused:
        return StoreRefused(
            f"What is published of partition {self._partition} does not hang together: {why}. Nothing was "
            "changed; make the stores anew from the lake with 'myomap stream rebuild', then start the worker "
            "again."
        )


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
