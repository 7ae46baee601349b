"""Reads one patient's state from the stores, beside a running worker and without disturbing it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from contracts.settings import Home
from streams.progression.state import PatientState
from streams.rows import PatientRow
from streams.states import state_of
from streams.store import read_patient


def find_patient(home: Home, patient_key: str) -> PatientState | None:
    """The committed state of this patient, or None when no store of this home knows the key."""
    for path in stores(home):
        row = _read(path, patient_key)
        if row is not None:
            return state_of(row)
    return None


def stores(home: Home) -> Iterator[Path]:
    """The store files of this home, by partition."""
    return iter(sorted(home.streams.glob("partition-*.sqlite")))


def _read(path: Path, patient_key: str) -> PatientRow | None:
    # Read-only; in WAL mode neither a reader waits for the worker nor the worker for a reader.
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        connection.execute("BEGIN")  # one moment for the patient and the episodes
        return read_patient(connection, patient_key)
    finally:
        connection.close()
