"""What the simulated clinics say, as canonical events in the order in which they arrive.

The records go through the contracts as at the door, and get their keys by hashing in place of the
vault's random ones; so no store and no broker is needed, and the same seed gives the same events.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contracts import events
from contracts.accept import accept
from contracts.contract import Accepted, Contract, Draft
from contracts.events import Event
from contracts.registry import load
from ingest.pseudonym import Keys, erasures_of, event_of
from ingest.pseudonym import Said as Envelope
from ingest.simulator.clinic import simulate
from ingest.simulator.formats import SourceRecord
from ingest.simulator.size import DEMO, SMALL
from ingest.simulator.write import json_line
from ingest.vault import Person

SEED: Final = 7
ROOMS: Final = ("contracts", "ingest/simulator", "ingest/pseudonym.py", "infra/benchmarks/clinics.py")


@dataclass(frozen=True)
class Said:
    """An event as a message: the patient's key, and the value."""

    key: bytes
    value: bytes


def clinics(folder: Path, small: bool) -> list[Said]:
    """The demo's events, or a tenth of them; made once and kept in ``folder``."""
    path = folder / f"clinics-{'small' if small else 'demo'}-{_made_of()}.jsonl"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        written = path.with_suffix(".part")
        written.write_bytes(b"".join(events.encode(event) + b"\n" for event in _simulated(small)))
        written.replace(path)
    lines = path.read_bytes().splitlines()
    return [Said(events.decode(line).patient_key.encode(), line) for line in lines]


def _simulated(small: bool) -> Iterator[Event]:
    registry = load()
    contracts = {name: registry.contract(name) for name in registry.sources()}
    known: set[str] = set()
    for record in simulate(SEED, SMALL if small else DEMO).records:
        for event in _events(record, contracts[record.source]):
            # As the door does: what was said before is not said again.
            if event.event_id not in known:
                known.add(event.event_id)
                yield event


def _events(record: SourceRecord, contract: Contract) -> Iterator[Event]:
    is_row = contract.format == "csv" and record.raw is None
    judged = accept(record.fields if is_row else json_line(record).encode(), contract)
    if not isinstance(judged, Accepted):
        return
    envelope = Envelope(contract.source, contract.version, record.arrived_at)
    for draft in judged.drafts:
        keys = _keys(judged.subject, draft)
        if draft.event_type == "PatientErased":
            yield from erasures_of(draft, keys, envelope)
        else:
            yield event_of(draft, keys, envelope)


def _keys(subject: str, draft: Draft) -> Keys:
    key = _hashed("patient", subject)
    other = None if draft.other_subject is None else _hashed("patient", draft.other_subject)
    return Keys(
        person=Person(key, key),
        reference=lambda field, text, owner: _hashed(field, text, owner),
        known=lambda _event_id: True,
        other_key=other,
    )


def _hashed(*words: str) -> str:
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:32]


def _made_of() -> str:
    """A hash of the code and the data that the events follow from."""
    root = Path(__file__).parents[2]
    found: Iterable[Path] = (
        file
        for room in ROOMS
        for file in ([root / room] if room.endswith(".py") else sorted((root / room).rglob("*")))
        if file.is_file() and "__pycache__" not in file.parts
    )
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in found))
    return digest.hexdigest()[:12]
