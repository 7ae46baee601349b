"""Reads records that were set aside once more; what is an event now goes to the log under its key."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import msgspec

from contracts import events, topics
from contracts.events import Event
from contracts.settings import Home, Settings
from infra.connection import connected
from infra.quarantined import (
    CAME_AGAIN,
    OPEN,
    READ_AGAIN,
    REPLAYED,
    Place,
    Read,
    SetAside,
    event_in,
    found_in,
)
from infra.refusal import Refusal
from streams.batch import REASONS, Decoded, FromTheFuture, decode, fold
from streams.rows import QuarantinedRow

if TYPE_CHECKING:
    from ingest.publish import Message, Publisher
    from warehouse.lake import Lake
    from warehouse.land import Log

GONE: Final = "gone: neither the log nor the lake holds its bytes"
ERASED: Final = "left out: the person was erased"
NEWER: Final = "still of a newer version than this program knows"


@dataclass(frozen=True)
class Choice:
    """Which records: one place, all open ones of a reason, or all open ones."""

    partition: int | None = None
    offset: int | None = None
    reason: str | None = None
    everything: bool = False

    def __post_init__(self) -> None:
        """Refuse what does not say which records, in one way."""
        place = (self.partition is not None, self.offset is not None)
        ways = any(place) + (self.reason is not None) + self.everything
        if ways != 1 or any(place) != all(place):
            raise Refusal(
                "Say which records, in one way: --partition N --offset M, --reason REASON, or --all."
            )
        if self.reason is not None and self.reason not in REASONS:
            raise Refusal(f"There is no reason {self.reason!r}; it must be one of {', '.join(REASONS)}.")

    def of(self, there: Sequence[SetAside]) -> list[SetAside]:
        """The chosen ones of these; raises ``Refusal`` for a place where nothing was set aside."""
        if self.partition is None:
            wanted = (each for each in there if self.everything or each.reason == self.reason)
            return [each for each in wanted if each.state == OPEN]
        found = [each for each in there if each.place == (self.partition, self.offset)]
        if not found:
            raise Refusal(
                f"No record of partition {self.partition} at offset {self.offset} was set aside. "
                "See which were: myomap quarantined list"
            )
        return found


@dataclass(frozen=True)
class Kept:
    """A record as it was kept; ``key`` is None where nobody knows it any more."""

    offset: int
    key: bytes | None
    value: bytes | None


def read_again(settings: Settings, choice: Choice, read: Read = events.decode) -> tuple[SetAside, ...]:
    """Read the chosen records again; ``state`` of each says what came of it.

    Doing it again publishes nothing: the topic of set-aside records tells of each replay, and an event
    that was published twice after a crash has one id.
    """
    from ingest.publish import KafkaPublisher
    from warehouse.kafka_log import KafkaLog
    from warehouse.lake import open_lake

    with (
        connected(settings) as reachable,
        contextlib.closing(KafkaLog(reachable.kafka)) as log,
        contextlib.closing(KafkaPublisher(reachable.kafka)) as publisher,
    ):
        reader = Reader(settings.home, log, open_lake(settings.home), publisher, read)
        chosen = choice.of(found_in(settings.home, log, reader.lake, read))
        return tuple(replace(each, state=reader.outcome(each)) for each in chosen)


@dataclass(frozen=True)
class Reader:
    """What is needed to read a record again and to publish its event."""

    home: Home
    log: "Log"
    lake: "Lake"
    publisher: "Publisher"
    read: Read = events.decode

    def outcome(self, each: SetAside) -> str:
        """Read one record and publish its event; what came of it."""
        if each.state in (REPLAYED, CAME_AGAIN):
            return f"{each.state} before"
        kept = self._kept(each)
        if kept is None:
            return GONE
        try:
            decoded = decode([kept], f"partition {each.partition} of {topics.EVENTS}", self.read)
        except FromTheFuture:
            return NEWER
        failed = decoded.quarantined or self._unfoldable(decoded)
        if failed:
            return f"still {failed[0].reason} at {failed[0].path}"
        return self._published(each, decoded.events[0][1])

    def _published(self, each: SetAside, event: Event) -> str:
        from ingest.publish import event_message
        from warehouse.set_aside import places_of

        if event.patient_key in self.lake.manifest.erased:
            return ERASED
        elsewhere = places_of(self.lake, {event.event_id}).get(event.event_id, set()) - {each.place}
        said = [] if elsewhere else [event_message(event)]
        self.publisher.publish([*said, replay_message(each, event)])
        return CAME_AGAIN if elsewhere else REPLAYED

    def _kept(self, each: SetAside) -> Kept | None:
        """The record in the log, else what the lake has of it."""
        from warehouse.set_aside import event_at

        if each.kept_in == "log":
            for chunk in self.log.read(topics.EVENTS, {each.partition: (each.offset, each.offset + 1)}):
                for record in chunk.records:
                    return Kept(record.offset, record.key, record.value)
        if each.place in self._raw:
            value = self._raw[each.place]
            return Kept(each.offset, self._likely_key(each, value), value)
        landed = event_at(self.lake, *each.place)
        if landed is None:
            return None
        return Kept(each.offset, landed.patient_key.encode(), events.encode(landed))

    @cached_property
    def _raw(self) -> dict[Place, bytes | None]:
        """What the lake keeps of records that it could not read."""
        from warehouse.set_aside import unread

        return {(each.partition, each.offset): each.raw for each in unread(self.lake)}

    def _likely_key(self, each: SetAside, value: bytes | None) -> bytes | None:
        """The lake keeps no message key: a record that lies where its patient's records lie had theirs."""
        from ingest.publish import partition_of

        event = event_in(value, self.read)
        if event is None or each.reason == "wrong_key":
            return None
        key = event.patient_key.encode()
        partitions = len(self.log.bounds(topics.EVENTS))
        return key if partition_of(key, partitions) == each.partition else None

    def _unfoldable(self, decoded: Decoded) -> tuple[QuarantinedRow, ...]:
        from streams.lookup import find_patient

        key = decoded.events[0][1].patient_key
        state = find_patient(self.home, key)
        return fold(decoded, {} if state is None else {key: state}).quarantined


def replay_message(each: SetAside, event: Event) -> "Message":
    """The note that a record was replayed, for whoever lists the records that were set aside."""
    from ingest.publish import Message

    name = f"{topics.EVENTS}/{each.partition}/{each.offset}/{READ_AGAIN}"
    value = {
        "message_id": name,
        "topic": topics.EVENTS,
        "partition": each.partition,
        "offset": each.offset,
        "reason": READ_AGAIN,
        "detail": "the record was read with later code, and its event was published",
        "event_id": event.event_id,
    }
    return Message(topics.QUARANTINED, name.encode(), msgspec.json.encode(value))
