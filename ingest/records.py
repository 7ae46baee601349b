"""A record on its way through the door, its verdict, and the messages that tell of the verdict."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from contracts.contract import Reason
from contracts.topics import RECEIPTS, REJECTED
from ingest.publish import Message


@dataclass(frozen=True)
class Received:
    """A record as it came in.

    raw: its bytes, which quarantine keeps when it is rejected. origin: where it came from, unique at
    its door and free of identifiers. row: the cells of a table's row by column, in place of JSON.
    fault: why it cannot even be read. record_id: of a record that is replayed.
    """

    raw: bytes
    origin: str
    row: Mapping[str, str] | None = None
    fault: Reason | None = None
    record_id: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What became of one record: accepted, duplicate or rejected, and then why; its unknown fields."""

    record_id: str
    verdict: str
    event_ids: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    dropped: int = 0


@dataclass(frozen=True)
class Sender:
    """Who sent a batch, through which door, under which version of its contract."""

    door: str
    source: str
    contract_version: int


def record_id_of(door: str, origin: str) -> str:
    """32 hex digits: a hash of the door and the origin."""
    return hashlib.sha256(f"{door}\x1f{origin}".encode()).hexdigest()[:32]


def quarantine_ref(record_id: str) -> str:
    """The name under which the bytes of a rejected record are kept."""
    return f"q-{record_id}"


def receipt(sender: Sender, record: Received, verdict: Verdict, received_at: datetime) -> Message:
    """The receipt of one record; of several for one record the latest counts."""
    body = {
        "record_id": verdict.record_id,
        "door": sender.door,
        "origin": record.origin,
        "source": sender.source,
        "contract_version": sender.contract_version,
        "verdict": verdict.verdict,
        "event_ids": list(verdict.event_ids),
        "reasons": [reason.code for reason in verdict.reasons],
        "dropped": verdict.dropped,
        "received_at": received_at.isoformat(),
    }
    return Message(RECEIPTS, verdict.record_id.encode(), msgspec.json.encode(body))


def rejection(
    sender: Sender, record: Received, verdict: Verdict, ref: str | None, received_at: datetime
) -> Message:
    """What is told right of the door of a rejected record: never its bytes."""
    body = {
        "record_id": verdict.record_id,
        "source": sender.source,
        "contract_version": sender.contract_version,
        "reasons": reasons_json(verdict),
        "sha256": hashlib.sha256(record.raw).hexdigest(),
        "size_bytes": len(record.raw),
        "quarantine_ref": ref,
        "received_at": received_at.isoformat(),
    }
    return Message(REJECTED, sender.source.encode(), msgspec.json.encode(body))


def reasons_json(verdict: Verdict) -> list[dict[str, str]]:
    """The reasons as JSON values."""
    return [{"code": reason.code, "path": reason.path} for reason in verdict.reasons]
