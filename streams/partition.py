"""One owned partition: fetches go in, states and outgoing messages are in its store when it returns."""

import asyncio
import sqlite3
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from streams.batch import Fetched, Folded, Record, decode, fold
from streams.messages import quarantined_message, transition_message
from streams.opening import Log, open_store
from streams.position import LogBounds, StoreRefused, start_offset
from streams.rows import Commit, Position
from streams.states import HeldStates, StateCache, changed_rows
from streams.store import PartitionStore

PATIENTS_AT_A_TIME: Final = 256
"""Patients whose states one commit changes at most, so that a large fetch does not fill the memory."""


@dataclass
class Counters:
    """What a partition did since it was opened, for the worker's web page."""

    events: int = 0
    batches: int = 0
    quarantined: int = 0
    transitions: int = 0
    commit_seconds: float = 0.0
    log_end: int = 0
    moved_at: float = 0.0


@dataclass(frozen=True)
class _Folding:
    """A part of a fetch that is folded and is being written; ``at``: when writing began."""

    commit: Commit
    folded: Folded
    records: int
    at: float


class Partition:
    """The owner of one partition's store: folds fetches into it, one at a time."""

    def __init__(
        self, store: PartitionStore, log: Log, rules_version: str, held: HeldStates | None = None
    ) -> None:
        self.store = store
        self.log = log
        self.rules_version = rules_version
        self.counters = Counters(moved_at=time.monotonic())
        self.closing = False
        self.closed = False
        self.writing = asyncio.Lock()
        self._states = StateCache(store, held)

    @property
    def number(self) -> int:
        """The partition's number."""
        return self.log.partition

    @property
    def lag(self) -> int:
        """Offsets of the log that are not yet in the store."""
        return max(0, self.counters.log_end - self.store.next_offset)

    def start(self, bounds: LogBounds) -> int:
        """Where to read on; raises ``StoreRefused`` where store and log do not meet."""
        return start_offset(self.log.topic, self.log.partition, self.store.next_offset, bounds)

    def apply(self, fetched: Fetched) -> None:
        """Fold a fetch and write what follows from it."""
        for part in self._parts(fetched):
            folding = self._folded(*part)
            self._write(folding.commit)
            self._done(folding)

    async def take(self, fetched: Fetched) -> None:
        """The same, with other work done while the disk writes; a store is written by one at a time."""
        async with self.writing:
            for part in self._parts(fetched):
                if self.closing:
                    return  # the next owner reads the rest
                folding = self._folded(*part)
                await _to_its_end(asyncio.to_thread(self._write, folding.commit))
                self._done(folding)

    async def published(self, upto: Position) -> None:
        """Take what was acknowledged out of the outbox; from a closed store it goes out again."""
        async with self.writing:
            if not self.closed:
                with _refusing(self.store.path):
                    self.store.published(upto)

    def _write(self, commit: Commit) -> None:
        with _refusing(self.store.path):
            self.store.commit(commit)

    def _parts(self, fetched: Fetched) -> Iterator[tuple[Sequence[Record], int]]:
        records = self._new_records(fetched)
        return iter(()) if fetched.to_offset <= self.store.next_offset else _parts(records, fetched.to_offset)

    def _folded(self, records: Sequence[Record], to_offset: int) -> "_Folding":
        place = f"partition {self.log.partition} of {self.log.topic}"
        decoded = decode(records, place)
        before = self._states.load(decoded.patient_keys())
        folded = fold(decoded, before)
        messages = [
            *(transition_message(change, self.log.partition, to_offset) for change in folded.changes),
            *(quarantined_message(row, self.log, records) for row in folded.quarantined),
        ]
        patients, episodes = changed_rows(before, folded.states)
        commit = Commit(self.store.next_offset, to_offset, patients, episodes, messages, folded.quarantined)
        return _Folding(commit, folded, len(records), time.perf_counter())

    def _done(self, folding: "_Folding") -> None:
        self._states.keep(folding.folded.states)
        seconds = time.perf_counter() - folding.at
        self._count(folding.records, folding.commit, len(folding.folded.changes), seconds)

    def close(self) -> None:
        """Let go of the store."""
        self.closing = self.closed = True
        self._states.drop()
        self.store.close()

    def _new_records(self, fetched: Fetched) -> list[Record]:
        # The same records can come twice when the flow was stopped and started in between.
        position = self.store.next_offset
        if fetched.from_offset > position:
            raise AssertionError(
                f"A fetch begins at offset {fetched.from_offset}, the store of partition {self.number} is at "
                f"{position}: records would be skipped."
            )
        return [record for record in fetched.records if record.offset >= position]

    def _count(self, records: int, commit: Commit, transitions: int, seconds: float) -> None:
        counters = self.counters
        counters.events += records
        counters.batches += 1
        counters.quarantined += len(commit.quarantined)
        counters.transitions += transitions
        counters.commit_seconds += seconds
        counters.moved_at = time.monotonic()


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Say what to do where the disk does not take what is written; the store is as it was before."""
    try:
        yield
    except sqlite3.OperationalError as problem:
        raise StoreRefused(
            f"The state store {path} cannot be written ({problem}). It stays as it was before, and nothing "
            "is lost; make room on the disk or see to it, then start the worker again."
        ) from problem


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait for it even when the waiting is given up: a store must not be used while it is being written."""
    writing = asyncio.ensure_future(work)
    try:
        await asyncio.shield(writing)
    except asyncio.CancelledError:
        await asyncio.wait({writing})
        raise


def _parts(records: Sequence[Record], end: int) -> Iterator[tuple[Sequence[Record], int]]:
    """The records in parts of so many patients at most, each with the offset up to which it goes."""
    begin, keys = 0, set[bytes | None]()
    for place, record in enumerate(records):
        if record.key not in keys and len(keys) == PATIENTS_AT_A_TIME:
            yield records[begin:place], record.offset
            begin, keys = place, set()
        keys.add(record.key)
    yield records[begin:], end


def open_partition(folder: Path, log: Log, rules_version: str) -> Partition:
    """Open (or make) the store of a partition and become its owner."""
    return Partition(open_store(folder, log, rules_version), log, rules_version)
