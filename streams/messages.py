"""The messages that leave a partition: progression, transitions and quarantined, with deterministic ids."""

import hashlib
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from contracts import topics
from streams.batch import REASONS, Record
from streams.opening import Log
from streams.progression.decisions import FactChange
from streams.rows import EpisodeRow, Marker, Message, QuarantinedRow, Unpublished, UnpublishedPatient
from streams.states import bare_row

MARKER_KEY: Final = b"covers"
"""The key in ``progression`` under which each partition says how far it is published."""

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


class Covers(msgspec.Struct, frozen=True):
    """The events whose state a message is: those of the partition below ``next_offset``."""

    partition: int
    next_offset: int


class EpisodeSaid(msgspec.Struct, frozen=True):
    """An episode's state as ``progression`` holds it."""

    covers: Covers
    rules_version: str
    patient_key: str
    episode_id: str
    view: msgspec.Raw
    detail: bytes

    def row(self) -> EpisodeRow:
        """As it is stored."""
        return EpisodeRow(bytes(self.view), self.detail)


class PatientSaid(msgspec.Struct, frozen=True):
    """A patient's small row as ``progression`` holds it."""

    covers: Covers
    rules_version: str
    patient_key: str
    state: bytes


class MarkerSaid(msgspec.Struct, frozen=True):
    """A partition's marker as ``progression`` holds it."""

    covers: Covers
    rules_version: str
    topic_id: str
    owner: str

    def marker(self) -> Marker:
        """Without the partition, which is that of the message."""
        return Marker(self.covers.next_offset, self.topic_id, self.rules_version, self.owner)


EPISODE: Final = msgspec.json.Decoder(EpisodeSaid)
PATIENT: Final = msgspec.json.Decoder(PatientSaid)
MARKER: Final = msgspec.json.Decoder(MarkerSaid)


def is_of_episode(key: bytes | None) -> bool:
    """Whether a message of ``progression`` speaks of an episode; the others are for whoever restores."""
    return key is not None and b"/" in key


def progression_message(each: Unpublished, partition: int, next_offset: int, rules_version: str) -> Message:
    """An episode's latest state, or the tombstone of an episode that was taken away.

    ``covers`` says which events it is the state of: those of the partition below ``next_offset``.
    """
    key = f"{each.patient_key}/{each.episode_id}".encode()
    if each.row is None:
        return Message(topics.PROGRESSION, key, None)
    covers, view = Covers(partition, next_offset), msgspec.Raw(each.row.view)
    said = EpisodeSaid(covers, rules_version, each.patient_key, each.episode_id, view, each.row.detail)
    return Message(topics.PROGRESSION, key, _ENCODER.encode(said))


def patient_message(
    each: UnpublishedPatient, partition: int, next_offset: int, rules_version: str
) -> Message:
    """What belongs to no episode of a patient; a tombstone where that is nothing."""
    key = each.patient_key.encode()
    if each.state is None or (each.has_episodes and each.state == bare_row(each.patient_key)):
        return Message(topics.PROGRESSION, key, None)
    covers = Covers(partition, next_offset)
    said = PatientSaid(covers, rules_version, each.patient_key, each.state)
    return Message(topics.PROGRESSION, key, _ENCODER.encode(said))


def marker_message(marker: Marker, partition: int) -> Message:
    """The last message of each publish: everything below its offset is published."""
    covers = Covers(partition, marker.next_offset)
    said = MarkerSaid(covers, marker.rules_version, marker.topic_id, marker.owner)
    return Message(topics.PROGRESSION, MARKER_KEY, _ENCODER.encode(said))


def transition_message(change: FactChange, partition: int, next_offset: int) -> Message:
    """A fact that now holds, or no longer holds.

    A fact may come, go and come again; so the id names the fact, the change and the batch that made
    it. A message that is published twice has the same id.
    """
    fact: dict[str, Any] = msgspec.to_builtins(change.fact)
    named = f"{change.fact.fact_id}/{change.change}/{partition}/{next_offset}"
    value = fact | {
        "change": change.change,
        "message_id": hashlib.sha256(named.encode()).hexdigest()[:32],
        "partition": partition,
        "next_offset": next_offset,
    }
    return Message(topics.TRANSITIONS, change.fact.patient_key.encode(), _ENCODER.encode(value))


def quarantined_message(row: QuarantinedRow, log: Log, records: Iterable[Record]) -> Message:
    """A reference to a record that was set aside; the record itself stays in the log and the lake."""
    raw = next((record.value for record in records if record.offset == row.record_offset), None) or b""
    value = {
        "message_id": f"{log.topic}/{log.partition}/{row.record_offset}",
        "topic": log.topic,
        "partition": log.partition,
        "offset": row.record_offset,
        "reason": row.reason,
        "detail": REASONS[row.reason],
        "path": row.path,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "size_bytes": len(raw),
    }
    return Message(topics.QUARANTINED, None, _ENCODER.encode(value))
