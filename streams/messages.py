"""The messages that leave a partition: progression, transitions and quarantined, with deterministic ids."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from contracts import topics
from streams.batch import REASONS, Record
from streams.opening import Log
from streams.progression.decisions import FactChange
from streams.rows import Message, QuarantinedRow, Unpublished

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


def progression_message(each: Unpublished, partition: int, next_offset: int, rules_version: str) -> Message:
    """An episode's latest state, or the tombstone of an episode that was taken away.

    ``covers`` says which events it is the state of: those of the partition below ``next_offset``.
    """
    key = f"{each.patient_key}/{each.episode_id}".encode()
    if each.row is None:
        return Message(topics.PROGRESSION, key, None)
    value = {
        "covers": {"partition": partition, "next_offset": next_offset},
        "rules_version": rules_version,
        "patient_key": each.patient_key,
        "episode_id": each.episode_id,
        "view": msgspec.Raw(each.row.view),
        "detail": b64encode(each.row.detail).decode(),
    }
    return Message(topics.PROGRESSION, key, _ENCODER.encode(value))


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
