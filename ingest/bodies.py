"""What the body of a request holds: one record or a list, plain JSON or CloudEvents in structured mode."""

import hashlib
import io
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from contracts.contract import Reason
from ingest.lines import BOM, MAX_RECORD
from ingest.records import Received
from ingest.values import values

CLOUDEVENT: Final = "application/cloudevents+json"
CLOUDEVENTS: Final = "application/cloudevents-batch+json"


class RecordTooLarge(Exception):
    """A record of a request is larger than a record may be; ``number`` counts from 1."""

    def __init__(self, number: int) -> None:
        super().__init__(str(number))
        self.number = number


class _CloudEvent(msgspec.Struct):
    specversion: str
    id: str
    source: str
    type: str
    data: msgspec.Raw


_ENVELOPE: Final = msgspec.json.Decoder(_CloudEvent)


@dataclass(frozen=True)
class Body:
    """A request's body, its media type, and the id that its sender gave it so that it can be repeated."""

    content: bytes
    media_type: str = "application/json"
    idempotency_key: str | None = None


def records_of(body: Body, masked: Callable[[str], str]) -> tuple[Received, ...]:
    """The body's records, each with its origin; raises ``RecordTooLarge``.

    masked: a keyed hash, because the sender's ids may name a person. Without such an id every
    request is one of its own.
    """
    told = body.media_type in (CLOUDEVENT, CLOUDEVENTS)
    given = body.idempotency_key
    request = secrets.token_hex(12)
    records = []
    for index, raw in enumerate(_split(body.content)):
        record, spoken_id = _unwrapped(raw) if told else (Received(raw, ""), None)
        repeatable = spoken_id or (f"{given}\x1f{index}" if given else None)
        origin = f"{request}/{index}"
        if repeatable is not None:
            origin = masked(f"{repeatable}\x1f{hashlib.sha256(raw).hexdigest()}")
        records.append(Received(record.raw, origin, fault=record.fault))
    return tuple(records)


def _split(content: bytes) -> Iterator[bytes]:
    """The bytes of each record: of a list its elements, else the whole body."""
    bare = content.removeprefix(BOM).strip()
    if not bare.startswith(b"["):
        if len(bare) > MAX_RECORD:
            raise RecordTooLarge(1)
        yield bare
        return
    for item in values(io.BytesIO(bare)):
        if item.fault is not None:
            raise RecordTooLarge(item.number)
        yield item.raw


def _unwrapped(raw: bytes) -> tuple[Received, str | None]:
    """The data of a CloudEvent and its identity; what is none is told as a fault."""
    try:
        event = _ENVELOPE.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return Received(raw, "", fault=Reason("not_a_cloudevent", "$")), None
    if event.specversion != "1.0":
        return Received(raw, "", fault=Reason("not_a_cloudevent", "$.specversion")), None
    return Received(bytes(event.data), ""), f"{event.source}\x1f{event.id}"
