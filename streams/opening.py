"""Opens a partition's store: makes it, checks it, and becomes its owner."""

import os
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from streams.position import Found, StoreRefused
from streams.store import PartitionStore, transaction

FORMAT: Final = 2
"""Version of the tables below; a file of another version is refused."""

Connect = Callable[[Path], sqlite3.Connection]

_TABLES: Final = """
-- published_offset: everything below is known to be in Kafka. is_closed: the last owner left it whole.
-- is_remade: an operator made it anew from the lake, so it stands above what is published.
CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    format INTEGER NOT NULL,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    topic_id TEXT NOT NULL,
    rules_version TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    published_offset INTEGER NOT NULL,
    is_closed INTEGER NOT NULL,
    is_remade INTEGER NOT NULL
);
-- Openings of this store of which one may have published last.
CREATE TABLE owners (
    owner TEXT PRIMARY KEY
);
CREATE TABLE patients (
    patient_key TEXT PRIMARY KEY,
    state BLOB NOT NULL
);
CREATE TABLE episodes (
    patient_key TEXT NOT NULL,
    episode_id TEXT NOT NULL,
    view BLOB NOT NULL,
    detail BLOB NOT NULL,
    PRIMARY KEY (patient_key, episode_id)
);
-- Patients (with an empty episode_id) and episodes whose latest state was not yet published; its value
-- is read from their own tables when it goes out.
CREATE TABLE unpublished (
    patient_key TEXT NOT NULL,
    episode_id TEXT NOT NULL,
    next_offset INTEGER NOT NULL,
    PRIMARY KEY (patient_key, episode_id)
);
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    key BLOB,
    value BLOB NOT NULL
);
CREATE TABLE quarantined (
    record_offset INTEGER PRIMARY KEY,
    reason TEXT NOT NULL,
    path TEXT NOT NULL
);
"""
_DAMAGE: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_WAL_HEADER: Final = 32


@dataclass(frozen=True)
class Log:
    """The partition that a store follows. ``topic_id`` changes when a topic is made again."""

    topic: str
    topic_id: str
    partition: int


class Damaged(Exception):
    """A store's file cannot be trusted; the message says what is wrong with it."""


def store_path(folder: Path, partition: int) -> Path:
    """The file of one partition's store."""
    return folder / f"partition-{partition:04d}.sqlite"


def connect(path: Path) -> sqlite3.Connection:
    """A connection for the owner of a store: every commit is on the disk before it returns."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
    connection.execute("PRAGMA page_size = 8192")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute("PRAGMA cache_size = -4000")
    return connection


def look_at(folder: Path, log: Log, open_file: Connect = connect) -> Found | None:
    """What the store of a partition says of itself; None without one.

    Raises ``Damaged`` for a file that cannot be trusted, ``StoreRefused`` for one of another version.
    """
    path = store_path(folder, log.partition)
    if not path.exists() and not beside(path, "-wal").exists():
        return None
    had_wal = _size(beside(path, "-wal")) > _WAL_HEADER
    connection = None
    try:
        connection = open_file(path)
        found = _found(connection, path, log, had_wal)
        # Closing takes the write-ahead log away; it was read, so nothing is missing then.
        connection.execute("UPDATE meta SET is_closed = 1")
        return found
    except sqlite3.DatabaseError as problem:
        raise _judged(path, problem) from problem
    finally:
        if connection is not None:
            connection.close()


def open_store(
    folder: Path, log: Log, rules_version: str, open_file: Connect = connect, is_checked: bool = False
) -> PartitionStore:
    """Open (or make) the store of one partition and become its owner.

    ``is_checked``: ``look_at`` has just read the whole file, so that it need not be read again.
    Raises ``StoreRefused`` for a file of other rules, another version or another topic, ``Damaged`` for
    one that cannot be trusted.
    """
    path = store_path(folder, log.partition)
    folder.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    had_wal = is_new or _size(beside(path, "-wal")) > _WAL_HEADER
    connection = None
    try:
        connection = open_file(path)
        with transaction(connection):
            make_tables(connection, log, rules_version)
            found = _found(connection, path, log, had_wal, is_checked)
            check_topic(found, path, log)
            check_rules(found.rules_version, path, rules_version)
            store = _owned(connection, path)
        # From now on the file without its write-ahead log shows that it was not left whole.
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    except Exception as problem:
        if connection is not None:
            connection.close()
        if isinstance(problem, sqlite3.DatabaseError):
            raise _judged(path, problem) from problem
        raise
    if is_new:
        sync_folder(folder)
    return store


def make_tables(connection: sqlite3.Connection, log: Log, rules_version: str) -> None:
    """Make the tables of a new store, which knows nothing of its log yet."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    connection.execute(
        "INSERT INTO meta (one, format, topic, partition, topic_id, rules_version, epoch, next_offset,"
        " published_offset, is_closed, is_remade) VALUES (1, ?, ?, ?, ?, ?, 0, 0, 0, 1, 0)",
        (FORMAT, log.topic, log.partition, log.topic_id, rules_version),
    )


def check_topic(found: Found, path: Path, log: Log) -> None:
    """Raise ``StoreRefused`` for a store that follows another topic, or one that is no more."""
    if found.topic_id != log.topic_id:
        raise StoreRefused(
            f"The state store {path} belongs to {log.topic} with the id {found.topic_id}, but this Kafka has "
            f"it with the id {log.topic_id}: the topic was made again, or this is another Kafka. Set "
            "MYOMAP_BROKER and MYOMAP_HOME to a pair that belongs together; if the topic was made again on "
            "purpose, make the stores anew from the lake: myomap stream rebuild"
        )


def check_rules(written: str, path: Path, rules_version: str) -> None:
    """Raise ``StoreRefused`` for a store whose states were derived under other rules."""
    if written != rules_version:
        raise StoreRefused(
            f"The state store {path} was written under the rules {written}, this program has "
            f"{rules_version}: states of two rules must not mix. Derive its states anew with 'myomap stream "
            "refold', or start the version of Myomap that wrote it."
        )


def put_aside(path: Path, why: str) -> Path:
    """Give a store's files another name, so that nothing is lost and a new one can take the place."""
    aside = beside(path, f".{why}-{time.strftime('%Y%m%dT%H%M%S')}-{secrets.token_hex(2)}")
    for end in ("-wal", "-shm", ""):
        if beside(path, end).exists():
            beside(path, end).replace(beside(aside, end))
    sync_folder(path.parent)
    return aside


def take_away(path: Path) -> None:
    """Take a store's files away, the write-ahead log first: it must never meet another file of this name."""
    for end in ("-wal", "-shm", ""):
        beside(path, end).unlink(missing_ok=True)
    sync_folder(path.parent)


def beside(path: Path, end: str) -> Path:
    """The file of this name with something at its end."""
    return path.with_name(path.name + end)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, so that a file made there is found after a power loss."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _found(
    connection: sqlite3.Connection, path: Path, log: Log, had_wal: bool, is_checked: bool = False
) -> Found:
    verdict = "ok" if is_checked else connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise Damaged(str(verdict))
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        raise Damaged("it holds no tables")
    file_format, topic, partition = connection.execute("SELECT format, topic, partition FROM meta").fetchone()
    _check_format(file_format, path)
    if (topic, partition) != (log.topic, log.partition):
        raise StoreRefused(
            f"The state store {path} belongs to partition {partition} of {topic}, not to partition "
            f"{log.partition} of {log.topic}. Set MYOMAP_HOME to the home that belongs to this Kafka."
        )
    topic_id, rules, *numbers, is_remade, is_closed = connection.execute(
        "SELECT topic_id, rules_version, epoch, next_offset, published_offset, is_remade, is_closed FROM meta"
    ).fetchone()
    if not is_closed and not had_wal:
        raise Damaged("it was not left whole, and its write-ahead log is gone")
    owners = frozenset(owner for (owner,) in connection.execute("SELECT owner FROM owners"))
    return Found(topic_id, rules, *numbers, bool(is_remade), owners)


def _owned(connection: sqlite3.Connection, path: Path) -> PartitionStore:
    owner = secrets.token_hex(8)
    connection.execute("INSERT INTO owners (owner) VALUES (?)", (owner,))
    epoch, next_offset = connection.execute(
        "UPDATE meta SET epoch = epoch + 1, is_closed = 0 RETURNING epoch, next_offset"
    ).fetchone()
    return PartitionStore(path, connection, epoch, next_offset, owner)


def _check_format(file_format: int, path: Path) -> None:
    if file_format > FORMAT:
        raise StoreRefused(
            f"The state store {path} has format {file_format}, this program knows {FORMAT}: start the newer "
            "version of Myomap."
        )
    if file_format < FORMAT:
        raise StoreRefused(
            f"The state store {path} has the older format {file_format}, this program has {FORMAT}. Make the "
            "stores anew from the lake: myomap stream rebuild"
        )


def _judged(path: Path, problem: sqlite3.DatabaseError) -> Exception:
    if getattr(problem, "sqlite_errorcode", 0) & 0xFF in _DAMAGE:
        return Damaged(str(problem))
    return StoreRefused(
        f"The state store {path} cannot be used ({problem}). See to the disk and the rights of its folder; "
        "if another program works with this home, stop it first. Then start the worker again."
    )
