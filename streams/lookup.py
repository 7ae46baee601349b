"""Reads one patient's state from the stores, beside a running worker and without disturbing it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from kafka.partitioner.default import murmur2

from contracts.settings import Home
from streams.progression.state import PatientState
from streams.rows import PatientRow
from streams.states import state_of
from streams.store import read_patient


def find_patient(home: Home, patient_key: str) -> PatientState | None:
    """The committed state of this patient, or None when no store of this home knows the key."""
    for path in stores(home):
        row = read_row(path, patient_key)
        if row is not None:
            return state_of(row)
    return None


def stores(home: Home) -> Iterator[Path]:
    """The store files of this home, by partition."""
    return iter(sorted(home.streams.glob("partition-*.sqlite")))


def read_row(path: Path, patient_key: str) -> PatientRow | None:
    """The committed rows of this patient in one store file, or None when it does not know the key."""
    # Read-only; in WAL mode neither a reader waits for the worker nor the worker for a reader.
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    with closing(connection):
        connection.execute("BEGIN")  # one moment for the patient and the episodes
        return read_patient(connection, patient_key)


@lru_cache(maxsize=10_000)
def partition_of(patient_key: str, partitions: int) -> int:
    """The partition to which Kafka's own hash puts this patient, of so many."""
    return (int(murmur2(patient_key.encode())) & 0x7FFFFFFF) % partitions
