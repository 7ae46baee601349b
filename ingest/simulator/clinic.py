"""The simulated clinics as a whole: everything that their sources say, in order of arrival."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from numpy.random import Generator, SeedSequence

from ingest.simulator import faults
from ingest.simulator.affairs import erased, merged, put_right, second_reference
from ingest.simulator.cohort import draw
from ingest.simulator.course import cell_records
from ingest.simulator.formats import SourceRecord
from ingest.simulator.person import Person, people
from ingest.simulator.size import DEFAULT_END, DEMO, Size
from ingest.simulator.truth import scenario, truth

SAMPLE_PATTERNS = ("climber", "plateau", "relapse")


@dataclass(frozen=True)
class Run:
    """A simulated half year. ``samples`` maps a pattern of recovery to a patient's own reference."""

    records: tuple[SourceRecord, ...]
    truth: dict[str, Any]
    samples: dict[str, str]
    patients: int
    episodes: int
    merged: tuple[str, ...]
    erased: tuple[str, ...]


def simulate(seed: int, size: Size = DEMO, end: date = DEFAULT_END) -> Run:
    """Everything that the clinics' sources say in the days up to ``end``; the same seed says the same."""
    first_day = end - timedelta(days=size.days - 1)
    until = datetime.combine(end, time(23, 59), tzinfo=UTC)
    persons: list[Person] = []
    records: list[SourceRecord] = []
    for name in size.cell_names:
        of_cell = _people(seed, name, size, first_day, len(persons))
        records += cell_records(of_cell, size.sessions, _dice(seed, name, "sessions"))
        persons += of_cell
    if size.faults:
        records = put_right(persons, records, until, _dice(seed, "affairs"))
        settled = {person.reference for person in merged(persons, until) + erased(persons, until)}
        settled |= {second_reference(person) for person in merged(persons, until)}
        records = _spoilt(records, settled, until, seed)
    return Run(
        records=tuple(sorted(records, key=_arrival)),
        truth=truth(seed, size.cell_names),
        samples=_samples(persons),
        patients=len(persons),
        episodes=len(persons),
        merged=tuple(person.reference for person in merged(persons, until)) if size.faults else (),
        erased=tuple(person.reference for person in erased(persons, until)) if size.faults else (),
    )


def _dice(seed: int, *purpose: str) -> Generator:
    """An independent generator for each purpose, so that more sessions never change the outcomes."""
    words = [int.from_bytes(word.encode(), "big") for word in purpose]
    return np.random.default_rng(SeedSequence([seed, *words]))


def _people(seed: int, name: str, size: Size, first_day: date, before: int) -> list[Person]:
    cell, clinics = scenario().cell(name), scenario().clinics
    cohort = draw(cell, clinics, size, _dice(seed, name, "cohort"))
    return list(people(cell, clinics, cohort, first_day, size.days, 1001 + before))


def _spoilt(records: list[SourceRecord], settled: set[str], until: datetime, seed: int) -> list[SourceRecord]:
    """The records with faults; ``settled`` patients have none, so that their verdicts can be told."""
    last_day = until - timedelta(days=1, hours=1)
    apart = [record for record in records if record.fields["patient_ref"] in settled]
    records = [record for record in records if record.fields["patient_ref"] not in settled]
    spoilt = apart + faults.late(records, last_day, _dice(seed, "late"))
    spoilt += faults.repeated(records, last_day, _dice(seed, "repeated"))
    spoilt += faults.conflicting(records, last_day, _dice(seed, "conflicting"))
    spoilt += faults.malformed(records, last_day, _dice(seed, "malformed"))
    return spoilt


def _arrival(record: SourceRecord) -> tuple[datetime, str, str]:
    return (record.arrived_at, record.source, record.clinic)


def _samples(persons: list[Person]) -> dict[str, str]:
    """One open episode per pattern of recovery, far enough on to show it."""
    samples: dict[str, str] = {}
    for person in persons:
        shows = 56 <= person.days_left <= 84 and person.takes_part(person.days_left) and person.uses_app
        if shows and person.adherence > 0.85 and person.pattern in SAMPLE_PATTERNS:
            samples.setdefault(person.pattern, person.reference)
    return samples
