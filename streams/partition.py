"""One owned partition: fetches go in, states and outgoing messages are in its store when it returns."""

import time
from dataclasses import dataclass
from pathlib import Path

from streams.batch import Fetched, Record, decode, fold
from streams.messages import quarantined_message, transition_message
from streams.opening import Log, open_store
from streams.position import LogBounds, start_offset
from streams.rows import Commit
from streams.states import StateCache, changed_rows
from streams.store import PartitionStore


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

    def __init__(self, store: PartitionStore, log: Log, rules_version: str) -> None:
        self.store = store
        self.log = log
        self.rules_version = rules_version
        self.counters = Counters(moved_at=time.monotonic())
        self.closed = False
        self._states = StateCache(store)

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
        """Fold a fetch and write what follows from it; there is no pause between the check and the commit."""
        records = self._new_records(fetched)
        if fetched.to_offset <= self.store.next_offset:
            return
        place = f"partition {self.log.partition} of {self.log.topic}"
        decoded = decode(records, place)
        before = self._states.load(decoded.patient_keys())
        folded = fold(decoded, before)
        messages = [
            *(transition_message(change, self.log.partition, fetched.to_offset) for change in folded.changes),
            *(quarantined_message(row, self.log, records) for row in folded.quarantined),
        ]
        patients, episodes = changed_rows(before, folded.states)
        commit = Commit(
            self.store.next_offset, fetched.to_offset, patients, episodes, messages, folded.quarantined
        )
        started = time.perf_counter()
        self.store.commit(commit)
        self._states.keep(folded.states)
        self._count(len(records), commit, len(folded.changes), time.perf_counter() - started)

    def close(self) -> None:
        """Let go of the store."""
        self.closed = True
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


def open_partition(folder: Path, log: Log, rules_version: str) -> Partition:
    """Open (or make) the store of a partition and become its owner."""
    return Partition(open_store(folder, log, rules_version), log, rules_version)
