"""Opens a partition's store: makes it, checks it, and becomes its owner."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from streams.position import StoreRefused
from streams.store import PartitionStore, transaction

FORMAT: Final = 1
"""Version of the tables below; a newer file is refused."""

Connect = Callable[[Path], sqlite3.Connection]

_TABLES: Final = """
CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    format INTEGER NOT NULL,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    topic_id TEXT NOT NULL,
    rules_version TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    next_offset INTEGER NOT NULL
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
-- Episodes whose latest state was not yet published, its value is read from ``episodes`` when it goes out.
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


@dataclass(frozen=True)
class Log:
    """The partition that a store follows. ``topic_id`` changes when a topic is made again."""

    topic: str
    topic_id: str
    partition: int


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
    connection.execute("PRAGMA cache_size = -16000")
    return connection


def open_store(folder: Path, log: Log, rules_version: str, open_file: Connect = connect) -> PartitionStore:
    """Open (or make) the store of one partition and become its owner.

    Raises ``StoreRefused`` for a file that is damaged, newer than this program, or of another topic.
    """
    path = store_path(folder, log.partition)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        connection = open_file(path)
        with transaction(connection):
            _make_tables(connection, log, rules_version)
            _check(connection, path, log, rules_version)
            epoch, next_offset = connection.execute(
                "UPDATE meta SET epoch = epoch + 1 RETURNING epoch, next_offset"
            ).fetchone()
    except sqlite3.DatabaseError as problem:
        raise StoreRefused(
            f"The state store {path} cannot be used ({problem}). If another worker runs with this home, stop "
            "it first; if the file is damaged, put it back from its backup."
        ) from problem
    return PartitionStore(path, connection, epoch, next_offset)


def _make_tables(connection: sqlite3.Connection, log: Log, rules_version: str) -> None:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return
    for statement in _TABLES.split(";"):
        connection.execute(statement)
    connection.execute(
        "INSERT INTO meta (one, format, topic, partition, topic_id, rules_version, epoch, next_offset)"
        " VALUES (1, ?, ?, ?, ?, ?, 0, 0)",
        (FORMAT, log.topic, log.partition, log.topic_id, rules_version),
    )


def _check(connection: sqlite3.Connection, path: Path, log: Log, rules_version: str) -> None:
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise StoreRefused(f"The state store {path} is damaged ({verdict}); put it back from its backup.")
    file_format, topic, partition, topic_id, rules = connection.execute(
        "SELECT format, topic, partition, topic_id, rules_version FROM meta"
    ).fetchone()
    if file_format > FORMAT:
        raise StoreRefused(
            f"The state store {path} has format {file_format}, this program knows {FORMAT}: start the newer "
            "version of Myomap."
        )
    if (topic, partition, topic_id) != (log.topic, log.partition, log.topic_id):
        raise StoreRefused(
            f"The state store {path} belongs to partition {partition} of {topic} {topic_id}, but this Kafka "
            f"has partition {log.partition} of {log.topic} {log.topic_id}: the topic was made again, or this "
            "is another Kafka. Set MYOMAP_BROKER and MYOMAP_HOME to a pair that belongs together; if the "
            "topic was made again on purpose, move the folder of the stores aside."
        )
    if rules != rules_version:
        raise StoreRefused(
            f"The state store {path} was written under the rules {rules}, this program has {rules_version}: "
            "states of two rules must not mix. Start the version of Myomap that wrote it, or move the folder "
            "of the stores aside, so that the states are folded again from the log."
        )
