"""Judges the records of a batch in their order: what is new, known or in conflict."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from contracts.contract import Accepted, Reason, Rejected
from contracts.events import Event, PatientErased, PatientsMerged, content_hash
from ingest.identity import Known, short
from ingest.pseudonym import Keys, NotAnEvent, Said, erasures_of, event_of
from ingest.records import Received, Verdict
from ingest.store import Store
from ingest.vault import Erased, Person

BOUNDARIES = ("PatientsMerged", "PatientErased")
"""What changes whom an identifier means; such a record is settled before the next one is judged."""


@dataclass(frozen=True)
class Read:
    """A record with its id and what its contract says of it."""

    record: Received
    record_id: str
    outcome: Accepted | Rejected

    @property
    def is_boundary(self) -> bool:
        """Whether it changes whom an identifier means."""
        if isinstance(self.outcome, Rejected):
            return False
        return any(draft.event_type in BOUNDARIES for draft in self.outcome.drafts)


@dataclass(frozen=True)
class Judged:
    """A record with its verdict and what is still to be done for it.

    publish: its events that Kafka has not acknowledged before. person: whom it speaks of.
    """

    read: Read
    verdict: Verdict
    publish: tuple[Event, ...] = ()
    person: Person | None = None


class Judge:
    """Judges one batch against the store; the caller holds the transaction."""

    def __init__(self, store: Store, said: Said, namespace: str | None = None) -> None:
        """``namespace`` is whose identifiers the records say; None is what the clinics share."""
        self._store = store
        self._namespace = namespace
        self._said = said
        self.announced: dict[str, Known] = {}
        self._references: dict[tuple[str, str, str], str] = {}

    def judge(self, read: Read) -> Judged:
        """The verdict; what it publishes counts as known for the records after it."""
        if isinstance(read.outcome, Rejected):
            return _rejected(read, *read.outcome.reasons)
        judged = self._judged(read, read.outcome)
        return replace(judged, verdict=replace(judged.verdict, dropped=len(read.outcome.dropped)))

    def _judged(self, read: Read, accepted: Accepted) -> Judged:
        person = self._store.vault.person(accepted.subject, self._namespace)
        if isinstance(person, Erased):
            return _of_erased(read, accepted, person)
        try:
            events = tuple(self._events(accepted, person))
        except NotAnEvent as refused:
            return _rejected(read, refused.reason)
        return self._compared(read, person, events)

    def _events(self, accepted: Accepted, person: Person) -> Iterator[Event]:
        keys = Keys(person, self._reference(person), self._is_known)
        for draft in accepted.drafts:
            if draft.event_type == "PatientErased":
                yield from erasures_of(draft, keys, self._said)
            elif draft.other_subject is not None:
                other = self._other(draft.other_subject, person)
                yield event_of(draft, replace(keys, other_key=other), self._said)
            else:
                yield event_of(draft, keys, self._said)

    def _reference(self, person: Person) -> Callable[[str, str, str], str]:
        def key_of(field: str, text: str, event_key: str) -> str:
            asked = (field, text, event_key)
            if asked not in self._references:
                self._references[asked] = self._store.vault.reference(*asked, person.key)
            return self._references[asked]

        return key_of

    def _other(self, subject: str, person: Person) -> str:
        other = self._store.vault.person(subject, self._namespace)
        if isinstance(other, Erased):
            raise NotAnEvent(Reason("erased", "$"))
        if other.own_key == person.own_key:
            raise NotAnEvent(Reason("merged_with_itself", "$"))
        return other.own_key

    def _is_known(self, event_id: str) -> bool:
        return event_id in self.announced or self._store.identities.find(event_id) is not None

    def _compared(self, read: Read, person: Person, events: tuple[Event, ...]) -> Judged:
        """Accepted with something new, duplicate when all is known, rejected on any conflict."""
        fresh: dict[str, Known] = {}
        publish: list[Event] = []
        mine = False
        for event in events:
            content = short(content_hash(event))
            known = fresh.get(event.event_id) or self.announced.get(event.event_id)
            indexed = known or self._store.identities.find(event.event_id)
            if indexed is not None and indexed.content != content:
                return _rejected(read, Reason("conflict", "$"), person=person)
            if known is None and (indexed is None or not indexed.settled):
                fresh[event.event_id] = Known(content, read.record_id, False)
                publish.append(event)
            elif indexed is not None and indexed.record_id == read.record_id:
                mine = True  # the same record once more: its receipt says the same once more
        self.announced |= fresh
        verdict = "accepted" if publish or mine else "duplicate"
        ids = tuple(dict.fromkeys(event.event_id for event in events))
        return Judged(read, Verdict(read.record_id, verdict, ids), tuple(publish), person)


def _rejected(read: Read, *reasons: Reason, person: Person | None = None) -> Judged:
    return Judged(read, Verdict(read.record_id, "rejected", (), reasons), person=person)


def _of_erased(read: Read, accepted: Accepted, erased: Erased) -> Judged:
    """A person who asked to be forgotten does not come back; asking again is a duplicate."""
    if all(draft.event_type == "PatientErased" for draft in accepted.drafts):
        verdict = "accepted" if erased.record_id == read.record_id else "duplicate"
        return Judged(read, Verdict(read.record_id, verdict, erased.event_ids))
    return _rejected(read, Reason("erased", "$"))


def take_effect(store: Store, judged: Judged) -> None:
    """Carry out in the vault what a settled record said about persons."""
    if judged.verdict.verdict == "rejected" or judged.person is None:
        return
    for event in judged.publish:
        if isinstance(event, PatientsMerged):
            store.vault.merge(event.patient_key, event.other_key)
        elif isinstance(event, PatientErased):
            marks = store.vault.erase(judged.person, judged.verdict.record_id, judged.verdict.event_ids)
            store.quarantine.forget(marks)
