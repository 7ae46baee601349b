"""What Kafka carries as typed rows: one kind of rows for each topic that is landed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
import pyarrow as pa

from contracts import topics
from contracts.events import EVENT_TYPES, Event
from streams.batch import FromTheFuture, Record, decode
from streams.messages import is_of_episode
from warehouse.columns import columns_of, fitted, table_of
from warehouse.refused import LakeRefused

Large = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""An offset or a size, which takes eight bytes."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one record at a door."""

    record_id: str
    door: str | None = None
    origin: str | None = None
    source: str
    contract_version: int | None = None
    verdict: str
    event_ids: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    dropped: int = 0
    received_at: datetime


class Complaint(msgspec.Struct, frozen=True):
    """Why a record was rejected: a code, and the path of the field that is meant."""

    code: str
    path: str | None = None


class Rejection(msgspec.Struct, frozen=True, kw_only=True):
    """A rejected record: where its bytes are kept, and why."""

    record_id: str
    source: str
    contract_version: int | None = None
    reasons: tuple[Complaint, ...] = ()
    sha256: str | None = None
    size_bytes: Large | None = None
    quarantine_ref: str | None = None
    received_at: datetime


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that came to hold or no longer holds. ``missing`` and ``inputs`` are JSON text in the lake."""

    fact_id: str
    patient_key: str
    episode_id: str | None = None
    kind: str
    muscle_group: str | None = None
    side: str | None = None
    from_stage: str | None = None
    to_stage: str | None = None
    rule: str | None = None
    policy: str | None = None
    policy_version: int | None = None
    occurred_at: datetime | None = None
    evidence: tuple[str, ...] = ()
    missing: Any = None
    reason_code: str | None = None
    says: str | None = None
    inputs: dict[str, Any] | None = None
    window_from: datetime | None = None
    change: str
    message_id: str
    partition: int
    next_offset: Large


class LandedState(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one episode; without a ``view`` it was taken away. ``view`` is JSON text in the lake."""

    patient_key: str
    episode_id: str
    partition: int | None = None
    next_offset: Large | None = None
    rules_version: str | None = None
    view: msgspec.Raw | None = None
    detail: bytes | None = None


class _Covers(msgspec.Struct, frozen=True):
    partition: int
    next_offset: Large


class _StateMessage(msgspec.Struct, frozen=True, kw_only=True):
    covers: _Covers
    rules_version: str
    patient_key: str
    episode_id: str
    view: msgspec.Raw
    detail: bytes


@dataclass(frozen=True)
class Kind:
    """How one topic is landed: its columns, its rows, and how many offsets a sealed segment holds."""

    name: str
    topic: str
    schema: pa.Schema
    rows: Callable[[int, Sequence[Record], pa.Schema], pa.Table]
    segment_offsets: int
    order: tuple[str, ...]
    is_compacted: bool = False

    @property
    def of_patients(self) -> bool:
        """Whether its rows speak of patients, so that an erasure concerns them."""
        return "patient_key" in self.schema.names

    def table(self, partition: int, records: Sequence[Record]) -> pa.Table:
        """Records of one partition as rows; what cannot be read is kept raw under its ``problem``."""
        return self.rows(partition, records, self.schema)


def _schema(*kinds: type[msgspec.Struct], more: dict[str, pa.DataType] | None = None) -> pa.Schema:
    where = {"kafka_partition": pa.int32(), "kafka_offset": pa.int64()}
    trouble = {"problem": pa.string(), "raw": pa.binary()}
    return pa.schema(list(((more or {}) | columns_of(kinds) | where | trouble).items()))


def _event_rows(partition: int, records: Sequence[Record], schema: pa.Schema) -> pa.Table:
    place = f"partition {partition} of {topics.EVENTS}"
    try:
        decoded = decode(records, place)
    except FromTheFuture as newer:
        raise LakeRefused(str(newer)) from newer
    groups: dict[type[Event], list[tuple[int, Event]]] = {}
    for offset, event in decoded.events:
        groups.setdefault(type(event), []).append((offset, event))
    tables = [_events_of_type(kind, partition, found, schema) for kind, found in groups.items()]
    unread = {row.record_offset: row.reason for row in decoded.quarantined}
    tables.append(_unread(partition, [each for each in records if each.offset in unread], unread, schema))
    return pa.concat_tables(tables)


def _events_of_type(
    kind: type[Event], partition: int, found: Sequence[tuple[int, Event]], schema: pa.Schema
) -> pa.Table:
    more = _where(partition, [offset for offset, _ in found])
    more["event_type"] = pa.array([kind.__name__] * len(found), pa.string())
    return table_of(kind, [event for _, event in found], more, schema)


def _json_rows(kind: type[msgspec.Struct], read: Callable[[Record], Any]) -> Callable[..., pa.Table]:
    def rows(partition: int, records: Sequence[Record], schema: pa.Schema) -> pa.Table:
        good: list[tuple[int, Any]] = []
        unread: dict[int, str] = {}
        for record in records:
            try:
                value = read(record)
                if value is not None:  # else it is not for the lake
                    good.append((record.offset, value))
            except (msgspec.DecodeError, ValueError):
                unread[record.offset] = "empty" if record.value is None else "not_decodable"
        more = _where(partition, [offset for offset, _ in good])
        table = table_of(kind, [value for _, value in good], more, schema)
        rest = [each for each in records if each.offset in unread]
        return pa.concat_tables([table, _unread(partition, rest, unread, schema)])

    return rows


def _unread(
    partition: int, records: Sequence[Record], reasons: dict[int, str], schema: pa.Schema
) -> pa.Table:
    columns = _where(partition, [each.offset for each in records])
    columns["problem"] = pa.array([reasons[each.offset] for each in records], pa.string())
    columns["raw"] = pa.array([each.value for each in records], pa.binary())
    return fitted(pa.table(columns), schema)


def _where(partition: int, offsets: Sequence[int]) -> dict[str, pa.Array]:
    return {
        "kafka_partition": pa.array([partition] * len(offsets), pa.int32()),
        "kafka_offset": pa.array(offsets, pa.int64()),
    }


def _reader(kind: type[msgspec.Struct]) -> Callable[[Record], Any]:
    decoder = msgspec.json.Decoder(kind)

    def read(record: Record) -> Any:
        if record.value is None:
            raise ValueError("empty")
        return decoder.decode(record.value)

    return read


_STATE_DECODER: Final = msgspec.json.Decoder(_StateMessage)


def _read_state(record: Record) -> LandedState | None:
    """An episode's state; None for the rows of patients and the marker, which are for restoring stores."""
    if record.key is not None and not is_of_episode(record.key):
        return None
    if record.value is None:
        patient_key, slash, episode_id = (record.key or b"").decode().partition("/")
        if not slash:
            raise ValueError("a tombstone without patient and episode")
        return LandedState(patient_key=patient_key, episode_id=episode_id)
    found = _STATE_DECODER.decode(record.value)
    return LandedState(
        patient_key=found.patient_key,
        episode_id=found.episode_id,
        partition=found.covers.partition,
        next_offset=found.covers.next_offset,
        rules_version=found.rules_version,
        view=found.view,
        detail=found.detail,
    )


_BY_PATIENT: Final = ("patient_key", "kafka_offset")
_BY_OFFSET: Final = ("kafka_offset",)

EVENTS: Final = Kind(
    "events",
    topics.EVENTS,
    _schema(*EVENT_TYPES.values(), more={"event_type": pa.string()}),
    _event_rows,
    50_000,
    _BY_PATIENT,
)
RECEIPTS: Final = Kind(
    "receipts", topics.RECEIPTS, _schema(Receipt), _json_rows(Receipt, _reader(Receipt)), 50_000, _BY_OFFSET
)
REJECTED: Final = Kind(
    "rejected",
    topics.REJECTED,
    _schema(Rejection),
    _json_rows(Rejection, _reader(Rejection)),
    50_000,
    _BY_OFFSET,
)
TRANSITIONS: Final = Kind(
    "transitions",
    topics.TRANSITIONS,
    _schema(Transition),
    _json_rows(Transition, _reader(Transition)),
    50_000,
    _BY_PATIENT,
)
PROGRESSION: Final = Kind(
    "progression",
    topics.PROGRESSION,
    _schema(LandedState),
    _json_rows(LandedState, _read_state),
    2_000,
    _BY_PATIENT,
    is_compacted=True,
)
KINDS: Final = {each.name: each for each in (EVENTS, RECEIPTS, REJECTED, TRANSITIONS, PROGRESSION)}
"""Everything that is landed, in this order; events first, so that an erasure is known to what follows."""
