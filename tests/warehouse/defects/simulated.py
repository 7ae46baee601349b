"""The landed tables of simulated clinics: events, receipts, rejections, as the door would have sent them."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from contracts import events
from contracts.accept import accept
from contracts.contract import Accepted, Contract, Draft
from contracts.events import Event
from contracts.measures.registry import Measure, measures
from contracts.registry import load
from ingest.pseudonym import Keys, Said, erasures_of, event_of
from ingest.simulator.clinic import simulate
from ingest.simulator.formats import SourceRecord
from ingest.simulator.size import Size
from ingest.simulator.write import json_line
from ingest.vault import Person
from warehouse.columns import INSTANT
from warehouse.load import table_of_dataclass
from warehouse.records import EVENTS, RECEIPTS, REJECTED

SIZE = Size(patients_per_cell=100)
"""A third of the demo: about 770 people of three clinics in half a year, 40,000 events."""


@dataclass(frozen=True)
class Message:
    """A record of the topic."""

    offset: int
    key: bytes
    value: bytes


@dataclass
class Door:
    """What a door keeps in mind, without a store: keys by hashing, known events, verdicts."""

    contracts: dict[str, Contract]
    known: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def take(self, record: SourceRecord) -> None:
        """Judge one record as the door does."""
        contract = self.contracts[record.source]
        is_row = contract.format == "csv" and record.raw is None
        judged = accept(record.fields if is_row else json_line(record).encode(), contract)
        if not isinstance(judged, Accepted):
            reasons = [{"code": each.code, "path": each.path} for each in judged.reasons]
            self._judge(record, "rejected", [], reasons)
            return
        envelope = Said(contract.source, contract.version, record.arrived_at)
        spoken = [event for draft in judged.drafts for event in _events(judged.subject, draft, envelope)]
        contents = {event.event_id: events.content_hash(event) for event in spoken}
        if any(self.known.get(name, content) != content for name, content in contents.items()):
            self._judge(record, "rejected", [], [{"code": "conflict", "path": "$"}])
            return
        fresh = [event for event in spoken if event.event_id not in self.known]
        self.known |= contents
        self.events += fresh
        verdict = "accepted" if fresh else "duplicate"
        self._judge(record, verdict, [event.event_id for event in spoken], [])

    def _judge(self, record: SourceRecord, verdict: str, names: list[str], reasons: list[Any]) -> None:
        number = len(self.receipts)
        receipt = {
            "record_id": f"{number:032x}",
            "door": "test",
            "origin": str(number),
            "source": record.source,
        }
        receipt |= {"contract_version": 1, "verdict": verdict, "event_ids": names, "dropped": 0}
        receipt |= {"reasons": [each["code"] for each in reasons], "received_at": record.arrived_at}
        self.receipts.append(receipt | {"kafka_partition": 0, "kafka_offset": number})
        if reasons:
            refused = {
                name: receipt[name] for name in ("record_id", "source", "contract_version", "received_at")
            }
            refused |= {"reasons": reasons, "quarantine_ref": f"q{number}", "kafka_partition": 0}
            self.rejected.append(refused | {"kafka_offset": len(self.rejected)})


def _events(subject: str, draft: Draft, envelope: Said) -> tuple[Event, ...]:
    key = _hashed("patient", subject)
    other = None if draft.other_subject is None else _hashed("patient", draft.other_subject)
    keys = Keys(Person(key, key), lambda name, text, _owner: _hashed(name, text), lambda _event: True, other)
    if draft.event_type == "PatientErased":
        return tuple(erasures_of(draft, keys, envelope))
    return (event_of(draft, keys, envelope),)


def _hashed(*words: str) -> str:
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:32]


def simulated(seed: int, size: Size = SIZE) -> Door:
    """Everything that the clinics of this seed said, judged."""
    registry = load()
    door = Door({name: registry.contract(name) for name in registry.sources()})
    for record in simulate(seed, size).records:
        door.take(record)
    return door


def fill(connection: duckdb.DuckDBPyConnection, door: Door) -> None:
    """Make the schemas ``lake`` and ``reference`` of a working file, without a file of Parquet."""
    erased = {event.patient_key for event in door.events if type(event).__name__ == "PatientErased"}
    said = [event for event in door.events if event.patient_key not in erased]
    messages = [
        Message(at, event.patient_key.encode(), events.encode(event)) for at, event in enumerate(said)
    ]
    connection.execute("SET TimeZone = 'UTC'; CREATE SCHEMA lake; CREATE SCHEMA reference")
    landed = EVENTS.table(0, messages).drop_columns(["problem", "raw"])
    instants = pa.array([event.received_at for event in said], INSTANT)
    connection.from_arrow(landed.append_column("landed_at", instants)).create("lake.events")
    for name, kind, rows in (("receipts", RECEIPTS, door.receipts), ("rejected", REJECTED, door.rejected)):
        table = pa.Table.from_pylist(rows, schema=kind.schema).drop_columns(["problem", "raw"])
        connection.from_arrow(table).create(f"lake.{name}")
    connection.from_arrow(table_of_dataclass(Measure, measures())).create("reference.measures")
