"""What a person at the clinic may see of the left side: kept rejected records, and whose key is whose."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from ingest.errors import DoorError
from ingest.exclusive import exclusively
from ingest.quarantine import KEPT_DAYS
from ingest.store import LOCK, Store, open_store


@dataclass(frozen=True)
class KeptRecord:
    """A rejected record without its bytes: its reference, id, day of rejection and reasons (code, path)."""

    ref: str
    record_id: str
    rejected_on: date
    reasons: tuple[str, ...]


def kept_records(folder: Path, source: str, actor: str, now: datetime) -> list[KeptRecord]:
    """The kept rejected records of a source, by reference; who asked is written down."""
    with _locked(folder) as store, store.transaction():
        store.lookup.note(f"rejected {source}", actor, True, now)
        rows = store.connection.execute(
            "SELECT ref, record_id, expires_on, reasons FROM quarantined WHERE source = ? ORDER BY ref",
            (source,),
        ).fetchall()
    return [
        KeptRecord(ref, record_id, date.fromordinal(day) - timedelta(days=KEPT_DAYS), _reasons(reasons))
        for ref, record_id, day, reasons in rows
    ]


def kept_bytes(folder: Path, source: str, ref: str, actor: str, now: datetime) -> bytes:
    """The bytes of one kept record; who asked is written down. Raises ``DoorError`` when there is none."""
    with _locked(folder) as store, store.transaction():
        kept = store.quarantine.open(ref)
        found = kept is not None and kept.source == source
        store.lookup.note(f"rejected {ref}", actor, found, now)
    if kept is None or not found:
        raise DoorError(
            f"No rejected record of {source} is kept as {ref}. List them: myomap ingest rejected {source}"
        )
    return kept.raw


def key_of(folder: Path, reference: str, actor: str, now: datetime) -> str:
    """The key of the person with the clinic's own reference; who asked is written down."""
    with _locked(folder) as store, store.transaction():
        key = store.lookup.key_of(reference, actor, now)
    if key is None:
        raise DoorError("No patient is known by this reference. Check how the clinic writes it and repeat.")
    return key


@contextmanager
def _locked(folder: Path) -> Iterator[Store]:
    with closing(open_store(folder)) as store, exclusively(folder / LOCK):
        yield store


def _reasons(text: str) -> tuple[str, ...]:
    return tuple(f"{each['code']} at {each['path']}" for each in json.loads(text))
