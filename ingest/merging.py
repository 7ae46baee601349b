"""Carrying a merge out: the absorbed key's events are said again under the surviving key, and taken back.

Keys decide partitions, so a merge moves events. Ids move by a mask per key, which makes moving from A
over B to C the same as moving from A to C; so a merge can be carried out again, and chains agree.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Final

import msgspec

from contracts.events import (
    Event,
    EventCorrected,
    EventRetracted,
    PatientErased,
    PatientsMerged,
    event_id_of,
)
from ingest.publish import Publisher, event_message

PORTION: Final = 1_000


def moved_id(event_id: str, from_key: str, to_key: str) -> str:
    """The id that an event has after moving between keys; moving on and moving at once agree."""
    if from_key == to_key:
        return event_id
    return f"{int(event_id, 16) ^ _mask(from_key) ^ _mask(to_key):032x}"


def carry_out(
    absorbed: str, survivor: str, events: Iterable[Event], publisher: Publisher, now: datetime
) -> int:
    """Publish the ``absorbed`` key's ``events`` under the surviving key and retract the old ones.

    Returns how many were moved; raises ``PublishFailed``. Doing it again publishes the same ids and
    contents. An event goes out under its other key only once its retraction is acknowledged, so
    whoever finds it there need not look for the retraction.
    """
    waiting = (each for each in events if survivor != absorbed == each.patient_key and not _stays(each))
    count = 0
    while portion := list(islice(waiting, PORTION)):
        publisher.publish([event_message(_retraction(each, now)) for each in portion if _counts(each)])
        publisher.publish([event_message(_moved(each, survivor, now)) for each in portion])
        count += len(portion)
    return count


def _counts(event: Event) -> bool:
    """Whether it has to be taken back; what only speaks of another event goes with that one."""
    return not isinstance(event, EventCorrected | EventRetracted)


def _stays(event: Event) -> bool:
    """What speaks of a key itself, and the retractions that moving has made."""
    if isinstance(event, EventRetracted):
        return event.event_id == _retraction_id(event.patient_key, event.retracts)
    return isinstance(event, PatientsMerged | PatientErased)


def _moved(event: Event, key: str, now: datetime) -> Event:
    def to_key(event_id: str) -> str:
        return moved_id(event_id, event.patient_key, key)

    changed = {"event_id": to_key(event.event_id), "patient_key": key, "received_at": now}
    if isinstance(event, EventCorrected):
        changed["corrects"] = to_key(event.corrects)
    if isinstance(event, EventRetracted):
        changed["retracts"] = to_key(event.retracts)
    return msgspec.structs.replace(event, **changed)


def _retraction(event: Event, now: datetime) -> EventRetracted:
    """It says nothing of the merge, so that every merge of a chain says the same."""
    return EventRetracted(
        event_id=_retraction_id(event.patient_key, event.event_id),
        patient_key=event.patient_key,
        occurred_at=event.occurred_at,
        received_at=now,
        source=event.source,
        contract_version=event.contract_version,
        retracts=event.event_id,
        reason_code="wrong_patient",
    )


def _retraction_id(key: str, retracted: str) -> str:
    return event_id_of(key, "merge", "EventRetracted", (retracted,))


def _mask(key: str) -> int:
    return int.from_bytes(hashlib.sha256(f"moved\x1f{key}".encode()).digest()[:16], "big")
