"""Rewrites a store under today's rules: states, outgoing facts and the rules' name in one transaction."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from streams.messages import transition_message
from streams.opening import Damaged, Log, connect, open_store
from streams.position import StoreRefused
from streams.progression.course import PolicyOf
from streams.refolding import Refolded, caused, refolded
from streams.rows import PatientRow
from streams.store import Fenced, read_patient, transaction

AT_A_TIME: Final = 500
"""Keys of patients that are read at a time."""
Take = Callable[[Refolded], None]


@dataclass(frozen=True)
class Meta:
    """What a store says of itself."""

    log: Log
    rules_version: str
    next_offset: int
    patients: int


def meta_of(path: Path) -> Meta:
    """What the store says of itself, read beside a running worker; raises ``StoreRefused``."""
    try:
        with _read_only(path) as connection:
            topic, topic_id, partition, *rest = connection.execute(
                "SELECT topic, topic_id, partition, rules_version, next_offset,"
                " (SELECT count(*) FROM patients) FROM meta"
            ).fetchone()
            return Meta(Log(topic, topic_id, partition), *rest)
    except sqlite3.DatabaseError as problem:
        raise _damaged(path, problem) from problem


def look_through(path: Path, take: Take, policy_of: PolicyOf | None = None) -> None:
    """Hand every patient's refold to ``take`` and write nothing; a worker may run beside."""
    with _read_only(path) as connection:
        connection.execute("BEGIN")
        for row in _patients(connection):
            take(refolded(row, policy_of))


def rewrite(path: Path, rules_version: str, take: Take, policy_of: PolicyOf | None = None) -> None:
    """Derive every state of a store anew and have what is different published; all of it or nothing.

    Raises ``StoreRefused`` for a file that cannot be used, ``Fenced`` when somebody else took it over.
    """
    known = meta_of(path)
    try:
        store = open_store(path.parent, known.log, known.rules_version)
    except Damaged as problem:
        raise _damaged(path, problem) from problem
    with contextlib.closing(store), contextlib.closing(connect(path)) as connection:
        # What is published names the rules that it was derived under, so all of it goes out.
        store.publish_again()
        with transaction(connection):
            cause = f"refold {store.epoch} from {known.rules_version} to {rules_version}"
            for row in _patients(connection):
                found = refolded(row, policy_of)
                _write(connection, found, known, cause)
                take(found)
            _name_rules(connection, path, rules_version, store.epoch)


def _name_rules(connection: sqlite3.Connection, path: Path, rules_version: str, epoch: int) -> None:
    named = connection.execute("UPDATE meta SET rules_version = ? WHERE epoch = ?", (rules_version, epoch))
    if named.rowcount != 1:
        raise Fenced(
            f"Another process took over the state store {path}; it was not refolded. Stop every worker "
            "of this home, then run: myomap stream refold"
        )


def _write(connection: sqlite3.Connection, found: Refolded, known: Meta, cause: str) -> None:
    key = found.patient_key
    connection.execute("UPDATE patients SET state = ? WHERE patient_key = ?", (found.state, key))
    connection.execute("DELETE FROM episodes WHERE patient_key = ?", (key,))
    connection.executemany(
        "INSERT INTO episodes (patient_key, episode_id, view, detail) VALUES (?, ?, ?, ?)",
        [(key, name, row.view, row.detail) for name, row in found.episodes.items() if row is not None],
    )
    # An episode that is no more has to be taken away where it is published.
    connection.executemany(
        "INSERT OR REPLACE INTO unpublished (patient_key, episode_id, next_offset) VALUES (?, ?, ?)",
        [(key, name, known.next_offset) for name, row in found.episodes.items() if row is None],
    )
    messages = (transition_message(each, known.log.partition, known.next_offset) for each in found.changes)
    connection.executemany(
        "INSERT INTO outbox (topic, key, value) VALUES (?, ?, ?)",
        [(each.topic, each.key, each.value) for each in (caused(one, cause) for one in messages)],
    )


def _patients(connection: sqlite3.Connection) -> Iterator[PatientRow]:
    """All patients by key; rows that are written meanwhile are behind the reading."""
    last = ""
    while keys := connection.execute(
        "SELECT patient_key FROM patients WHERE patient_key > ? ORDER BY patient_key LIMIT ?",
        (last, AT_A_TIME),
    ).fetchall():
        for (last,) in keys:
            row = read_patient(connection, last)
            if row is not None:
                yield row


@contextlib.contextmanager
def _read_only(path: Path) -> Iterator[sqlite3.Connection]:
    name = f"{path.absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(name, uri=True, isolation_level=None)) as connection:
        yield connection


def _damaged(path: Path, problem: Exception) -> StoreRefused:
    return StoreRefused(
        f"The state store {path} cannot be read ({problem}). Make it anew from the lake, which folds under "
        "today's rules too: myomap stream rebuild"
    )
