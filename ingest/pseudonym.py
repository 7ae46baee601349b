"""From a subject and its drafts to canonical events, pure once the vault's keys are looked up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from contracts.contract import Draft, Reason
from contracts.events import EVENT_TYPES, Event, event_id_of
from ingest.merging import moved_id
from ingest.vault import Person

TARGET_FIELDS: Final = {"EventCorrected": "corrects", "EventRetracted": "retracts"}


@dataclass(frozen=True)
class Keys:
    """What was looked up for one record: its person, and answers about references and the index.

    reference: (canonical field, the source's reference, key of the event) -> random key.
    known: whether the index knows an event id. other_key: of the other person in a merge.
    """

    person: Person
    reference: Callable[[str, str, str], str]
    known: Callable[[str], bool]
    other_key: str | None = None


@dataclass(frozen=True)
class Said:
    """The envelope's part that does not depend on the draft."""

    source: str
    contract_version: int
    received_at: datetime


class NotAnEvent(Exception):
    """A draft that does not make a canonical event; ``reason`` says where."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


def event_of(draft: Draft, keys: Keys, said: Said) -> Event:
    """The canonical event of a draft that speaks of one person; raises ``NotAnEvent``."""
    if draft.event_type == "PatientsMerged":
        return _event(draft, keys.person.own_key, {"other_key": keys.other_key}, keys, said)
    key = _key_of(draft.event_type, draft.identity, keys, said.source)
    extra = {
        field: keys.reference(field, text, key) for field, text in draft.references.items() if text != ""
    }
    if draft.target is not None:
        extra[TARGET_FIELDS[draft.event_type]] = target_id(draft, key, keys, said.source)
    return _event(draft, key, extra, keys, said)


def erasures_of(draft: Draft, keys: Keys, said: Said) -> Iterator[Event]:
    """The erasure under every key that the person has."""
    for key in keys.person.keys:
        yield _event(draft, key, {}, keys, said)


def target_id(draft: Draft, event_key: str, keys: Keys, source: str) -> str:
    """The id of the event that a correction or retraction speaks of, as it is under ``event_key``."""
    target = draft.target
    if target is None:
        raise NotAnEvent(Reason("no_target", "$"))
    for key in dict.fromkeys((event_key, *keys.person.keys)):
        found = event_id_of(key, source, target.event_type, target.identity)
        if keys.known(found):
            return moved_id(found, key, event_key)
    return event_id_of(event_key, source, target.event_type, target.identity)


def _key_of(event_type: str, identity: tuple[str, ...], keys: Keys, source: str) -> str:
    """The surviving key, but for a repeat of what was said under an absorbed one before the merge."""
    person = keys.person
    if not person.absorbed:
        return person.key
    for key in person.keys:
        if keys.known(event_id_of(key, source, event_type, identity)):
            return key
    return person.key


def _event(draft: Draft, key: str, extra: dict[str, Any], keys: Keys, said: Said) -> Event:
    content = {
        **draft.fields,
        **extra,
        "event_id": event_id_of(key, said.source, draft.event_type, draft.identity),
        "patient_key": key,
        "occurred_at": draft.occurred_at,
        "received_at": said.received_at,
        "source": said.source,
        "contract_version": said.contract_version,
    }
    kind: Any = EVENT_TYPES.get(draft.event_type)
    if kind is None:
        raise NotAnEvent(Reason("unknown_event_type", "$"))
    try:
        event: Event = msgspec.convert(content, kind)
    except msgspec.ValidationError as failure:
        raise NotAnEvent(Reason("not_an_event", _path(str(failure)))) from None
    return event


def _path(message: str) -> str:
    """Only the path of msgspec's message; the rest may hold a value."""
    _, found, path = message.rpartition(" - at `")
    return path.rstrip("`") if found else "$"
