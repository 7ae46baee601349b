"""One owned partition: fetches go in, states and outgoing messages are in its store when it returns."""

import asyncio
import sqlite3
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from streams.batch import Fetched, Record, decode, fold, portions
from streams.messages import quarantined_message, transition_message
from streams.opening import Log, open_store
from streams.position import LogBounds, StoreRefused, start_offset
from streams.rows import Commit, EpisodeRow, Message, Position, QuarantinedRow
from streams.states import HeldStates, StateCache, changed_rows
from streams.store import PartitionStore

PATIENTS_AT_A_TIME: Final = 256
"""Patients whose states are folded at a time, so that a large fetch does not fill the memory."""


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
        records = self._new_records(fetched)
        if fetched.to_offset > self.store.next_offset:
            with self._forgetting():
                commit = self._folded(records, fetched.to_offset)
                self._write(commit)
            self._count(len(records), commit)

    async def take(self, fetched: Fetched) -> None:
        """The same, with other work done while the disk writes; a store is written by one at a time."""
        async with self.writing:
            records = self._new_records(fetched)
            if self.closing or fetched.to_offset <= self.store.next_offset:
                return  # the next owner reads it, or it was read before
            with self._forgetting():
                commit = self._folded(records, fetched.to_offset)
                await _to_its_end(asyncio.to_thread(self._write, commit))
            self._count(len(records), commit)

    async def published(self, upto: Position) -> None:
        """Take what was acknowledged out of the outbox; from a closed store it goes out again."""
        async with self.writing:
            if not self.closed:
                with _refusing(self.store.path):
                    self.store.published(upto)

    def _write(self, commit: Commit) -> None:
        began = time.perf_counter()
        with _refusing(self.store.path):
            self.store.commit(commit)
        self.counters.commit_seconds += time.perf_counter() - began

    @contextmanager
    def _forgetting(self) -> Iterator[None]:
        """Let go of all held states when something goes wrong: they may not be what the store has."""
        try:
            yield
        except BaseException:
            self._states.drop()
            raise

    def _folded(self, records: Sequence[Record], to_offset: int) -> Commit:
        """What the records change, some patients at a time; their states are held from here on."""
        place = f"partition {self.log.partition} of {self.log.topic}"
        patients: dict[str, bytes] = {}
        episodes: dict[tuple[str, str], EpisodeRow | None] = {}
        messages: list[Message] = []
        quarantined: list[QuarantinedRow] = []
        for portion in portions(decode(records, place), PATIENTS_AT_A_TIME):
            before = self._states.load(portion.patient_keys())
            folded = fold(portion, before)
            rows, rows_of_episodes = changed_rows(before, folded.states)
            patients |= rows
            episodes |= rows_of_episodes
            messages += [transition_message(each, self.log.partition, to_offset) for each in folded.changes]
            quarantined += folded.quarantined
            self._states.keep(folded.states)
        self.counters.transitions += len(messages)
        quarantined.sort(key=lambda row: row.record_offset)
        messages += [quarantined_message(row, self.log, records) for row in quarantined]
        return Commit(self.store.next_offset, to_offset, patients, episodes, messages, quarantined)

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

    def _count(self, records: int, commit: Commit) -> None:
        counters = self.counters
        counters.events += records
        counters.batches += 1
        counters.quarantined += len(commit.quarantined)
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


def open_partition(folder: Path, log: Log, rules_version: str) -> Partition:
    """Open (or make) the store of a partition and become its owner."""
    return Partition(open_store(folder, log, rules_version), log, rules_version)
