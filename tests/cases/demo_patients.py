"""Patients of the demo that are worth a look: a climber, a plateau, a relapse, and a step back.

They are simulated as ``myomap demo`` does it (the same seed, size and end), and go through the contracts as
at the door. Their keys are hashes in place of the vault's random ones, so that they are the same every time.

What ``myomap explain`` says of them is kept in ``tests/infra/golden``; to write it anew after a change that
is meant:

    PYTHONPATH=tests/cases .venv/bin/python -m demo_patients
"""

import json
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from patients import fold, name_of

from contracts.accept import accept
from contracts.contract import Accepted, Contract, Draft
from contracts.events import Event
from contracts.registry import load
from infra.explaining import explained
from infra.report import plain
from ingest.pseudonym import Keys, Said, erasures_of, event_of
from ingest.simulator.clinic import Run, simulate
from ingest.simulator.formats import SourceRecord
from ingest.simulator.size import DEMO, SMALL
from ingest.simulator.write import CSV_SOURCES, json_line
from ingest.vault import Person
from streams.progression.state import PatientState

SEED: Final = 1
"""The seed of ``myomap demo``."""
NOW: Final = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
"""The morning after the demo's last day."""
STEP_BACK: Final = "RV-02573"
"""Nobody of the three lost a stage; this one did."""
SAMPLES: Final = ("climber", "plateau", "relapse", "step_back")
GOLDEN: Final = Path(__file__).parents[1] / "infra" / "golden"


@cache
def demo() -> Run:
    """The demo's clinics."""
    return simulate(SEED, DEMO)


@cache
def small_demo() -> Run:
    """The clinics of ``myomap demo --small``."""
    return simulate(SEED, SMALL)


@cache
def sample(pattern: str) -> PatientState:
    """One of the samples, after everything that was said of it."""
    reference = (demo().samples | {"step_back": STEP_BACK})[pattern]
    return fold(events_of(demo(), {reference})[key_of(reference)])


@cache
def small_states() -> tuple[PatientState, ...]:
    """Everybody of the small demo, by key."""
    return tuple(fold(said) for _, said in sorted(events_of(small_demo()).items()))


def key_of(reference: str) -> str:
    """The patient's key."""
    return name_of("simulated", reference)


def events_of(run: Run, references: Collection[str] | None = None) -> dict[str, list[Event]]:
    """The events of these patients (None: of all) by key, in the order of arrival."""
    said: dict[str, dict[str, Event]] = {}
    for record in run.records:
        if references is None or record.fields.get("patient_ref") in references:
            for event in _events(record):
                said.setdefault(event.patient_key, {}).setdefault(event.event_id, event)
    return {key: list(events.values()) for key, events in said.items()}


def golden(pattern: str) -> dict[str, str]:
    """What is said of a sample, by the name of its golden file: to people, and to programs."""
    told = explained(sample(pattern), None, None, NOW)
    data = json.dumps(plain(told), indent=2, ensure_ascii=False)
    return {
        f"explain-{pattern}.txt": "".join(f"{line}\n" for line in told.lines),
        f"explain-{pattern}.json": f"{data}\n",
    }


def _events(record: SourceRecord) -> Iterator[Event]:
    contract = _contract(record.source)
    raw = record.fields if record.source in CSV_SOURCES and record.raw is None else json_line(record).encode()
    outcome = accept(raw, contract)
    if not isinstance(outcome, Accepted):
        return
    said = Said(record.source, contract.version, record.arrived_at)
    for draft in outcome.drafts:
        keys = _keys(outcome.subject, draft)
        if draft.event_type == "PatientErased":
            yield from erasures_of(draft, keys, said)
        else:
            yield event_of(draft, keys, said)


@cache
def _contract(source: str) -> Contract:
    return load().contract(source)


def _keys(subject: str, draft: Draft) -> Keys:
    key = key_of(subject)
    other = None if draft.other_subject is None else key_of(draft.other_subject)
    return Keys(Person(key, key), _reference, lambda _event_id: True, other)


def _reference(field: str, text: str, owner: str) -> str:
    return name_of(field, text, owner)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name in SAMPLES:
        for file, text in golden(name).items():
            (GOLDEN / file).write_text(text, encoding="utf-8")
