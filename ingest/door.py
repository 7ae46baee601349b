"""The door: records of a source come in, canonical events go out, and every record gets one verdict.

The order makes it safe to be killed anywhere:

1. the vault's keys and the ids of what will be published are committed;
2. the events are published and acknowledged;
3. in one transaction: the ids are settled, rejected bytes go to quarantine, receipts into the outbox,
   a file's progress into the ledger, merges and erasures into the vault;
4. the outbox is published and emptied.

Whatever is cut off before 3 is *in flight* and is settled when the same record comes again.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Final, Protocol

from contracts.accept import accept
from contracts.contract import Contract, Rejected
from ingest.errors import PublishFailed
from ingest.exclusive import exclusively
from ingest.identity import kept_until
from ingest.judging import Judge, Judged, Read, take_effect
from ingest.pseudonym import Said
from ingest.publish import Message, Publisher, event_message
from ingest.quarantine import Kept
from ingest.records import (
    Received,
    Sender,
    Verdict,
    quarantine_ref,
    reasons_json,
    receipt,
    record_id_of,
    rejection,
)
from ingest.store import LOCK, Store

BATCH: Final = 1_000
"""Records that a caller should hand over at once; more cost memory, fewer cost time."""

Settled = Callable[[Sequence[Verdict]], None]


class Registry(Protocol):
    """What the door needs of the registry of contracts."""

    def contract(self, source: str) -> Contract:
        """The latest contract of a source; raises for an unknown one."""


class Door:
    """Takes records in. Threads may share it; doors of one home in other processes wait for each other."""

    def __init__(
        self, store: Store, publisher: Publisher, registry: Registry, now: Callable[[], datetime]
    ) -> None:
        """``now`` is the clock, aware and in UTC."""
        self.store = store
        self.registry = registry
        self._publisher = publisher
        self._now = now
        self._thread = threading.Lock()  # so that threads queue; the file alone would make them poll
        self._pruned_on: date | None = None

    def take_in(
        self, door: str, source: str, records: Iterable[Received], on_settled: Settled | None = None
    ) -> tuple[Verdict, ...]:
        """The verdict of each record, in order, once its events are acknowledged and its receipt is safe.

        on_settled gets the verdicts in portions, inside the transaction that settles them. Raises
        ``PublishFailed`` when Kafka does not answer: what is not settled is in flight, repeat it.
        """
        contract = self.registry.contract(source)
        sender = Sender(door, source, contract.version)
        read = [_read(door, record, contract) for record in records]
        verdicts: list[Verdict] = []
        with self.exclusively():
            for portion in _portions(read):
                verdicts += self._settle(portion, sender, contract, on_settled)
            # The verdicts are safe; receipts that Kafka does not take now go out with the next batch.
            with contextlib.suppress(PublishFailed):
                self.store.outbox.deliver(self._publisher)
        return tuple(verdicts)

    def deliver(self) -> None:
        """Publish the receipts that wait; raises ``PublishFailed``."""
        with self.exclusively():
            self.store.outbox.deliver(self._publisher)

    def look_up(self, reference: str, actor: str) -> str | None:
        """The key of the person with the clinic's own reference, or None; who asked is written down."""
        with self.exclusively(), self.store.transaction():
            return self.store.lookup.key_of(reference, actor, self._now())

    @contextlib.contextmanager
    def exclusively(self) -> Iterator[None]:
        """The store for this thread of this process alone."""
        with self._thread, exclusively(self.store.folder / LOCK):
            yield

    def _settle(
        self, portion: Sequence[Read], sender: Sender, contract: Contract, on_settled: Settled | None
    ) -> list[Verdict]:
        now = self._now()
        judged = self._announce(portion, Said(sender.source, sender.contract_version, now), contract)
        events = [event for each in judged for event in each.publish]
        self._publisher.publish([event_message(event) for event in events])
        verdicts = [each.verdict for each in judged]
        with self.store.transaction():
            self.store.identities.settle(event.event_id for event in events)
            for each in judged:
                self.store.outbox.add(self._told(each, sender, contract, now))
            for each in judged:
                take_effect(self.store, each)
            if on_settled is not None:
                on_settled(verdicts)
            self._prune(now)
        return verdicts

    def _announce(self, portion: Sequence[Read], said: Said, contract: Contract) -> list[Judged]:
        judge = Judge(self.store, said, contract.patient_namespace)
        with self.store.transaction():
            judged = [judge.judge(each) for each in portion]
            until = kept_until(said.received_at, contract.lateness_days)
            self.store.identities.announce(judge.announced.items(), until)
        return judged

    def _told(self, judged: Judged, sender: Sender, contract: Contract, now: datetime) -> Iterator[Message]:
        """The receipt of a record, and of a rejected one the rejection, whose bytes are kept."""
        record, verdict = judged.read.record, judged.verdict
        ref = quarantine_ref(verdict.record_id)
        yield receipt(sender, record, verdict, now)
        if verdict.verdict == "rejected":
            kept = self._keep(judged, ref, contract, now)
            yield rejection(sender, record, verdict, ref if kept else None, now)
        elif record.record_id is not None:
            self.store.quarantine.release(ref)

    def _keep(self, judged: Judged, ref: str, contract: Contract, now: datetime) -> bool:
        """Keep a rejected record's bytes, unless its person asked to be forgotten."""
        if any(reason.code == "erased" for reason in judged.verdict.reasons):
            return False
        record, outcome = judged.read.record, judged.read.outcome
        columns = None if record.row is None else tuple(record.row)
        kept = Kept(ref, judged.verdict.record_id, contract.source, record.raw, columns)
        mark = None
        if not isinstance(outcome, Rejected):
            mark = self.store.vault.mark(outcome.subject, contract.patient_namespace)
        self.store.quarantine.keep(kept, reasons_json(judged.verdict), mark, now)
        return True

    def _prune(self, now: datetime) -> None:
        """Once a day, forget what is older than it may be."""
        if self._pruned_on != now.date():
            self.store.identities.prune(now)
            self.store.quarantine.prune(now)
            self._pruned_on = now.date()


def _read(door: str, record: Received, contract: Contract) -> Read:
    record_id = record.record_id or record_id_of(door, record.origin)
    if record.fault is not None:
        return Read(record, record_id, Rejected((record.fault,)))
    said = record.raw if record.row is None else record.row
    return Read(record, record_id, accept(said, contract))


def _portions(read: Sequence[Read]) -> Iterator[Sequence[Read]]:
    """The batch in its order, cut around every record that changes whom an identifier means."""
    start = 0
    for at, each in enumerate(read):
        if each.is_boundary:
            if start < at:
                yield read[start:at]
            yield read[at : at + 1]
            start = at + 1
    if start < len(read):
        yield read[start:]
