"""What therapists put right afterwards: corrections, retractions, overrides, merges, erasures."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from numpy.random import Generator

from ingest.simulator import formats
from ingest.simulator.formats import SourceRecord
from ingest.simulator.person import Person, utc

CORRECTIONS, RETRACTIONS, OVERRIDES, MERGES, ERASURES = 24, 16, 36, 3, 2

MERGED_DAY, ERASED_DAY = 60, 100


def put_right(
    persons: list[Person], records: list[SourceRecord], until: datetime, rng: Generator
) -> list[SourceRecord]:
    """The records with wrong values and second references in them, and the forms that put them right."""
    by_reference = {person.reference: person for person in persons}
    chosen = [persons[index] for index in sorted(rng.choice(len(persons), OVERRIDES, replace=False).tolist())]
    records = list(_corrected(records, by_reference, until, rng))
    records += [form for person in chosen[RETRACTIONS:] for form in _override(person)]
    records += [form for person in chosen[:RETRACTIONS] for form in _retraction(person)]
    records = list(_merged(persons, records, until))
    return [one for one in records + list(_erasures(persons, until)) if one.arrived_at <= until]


def _corrected(
    records: list[SourceRecord], by_reference: dict[str, Person], until: datetime, rng: Generator
) -> Iterator[SourceRecord]:
    """Some measurements first say a wrong value; a form of the next day says the right one."""
    fits = [
        index
        for index, one in enumerate(records)
        if one.fields.get("form") == "measurement" and one.arrived_at < until - timedelta(days=3)
    ]
    wrong = set(rng.choice(fits, min(len(fits), CORRECTIONS), replace=False).tolist())
    for index, record in enumerate(records):
        if index not in wrong:
            yield record
            continue
        fields = record.fields
        person = by_reference[fields["patient_ref"]]
        at = datetime.fromisoformat(fields["occurred_at"]) + timedelta(days=1)
        slipped = round(fields["value"] + (2 if fields["value"] < 3 else -2), 2)
        yield replace(record, fields=fields | {"value": slipped})
        yield formats.correction(person, at, fields["form_id"], fields["form"], value=fields["value"])


def _override(person: Person) -> Iterator[SourceRecord]:
    if person.takes_part(30):
        reason = "clinical_judgement" if person.pattern == "climber" else "entry_misjudged"
        stage = "S3" if person.pattern == "climber" else person.cell.entry[0]
        yield formats.override(person, person.at(30, 720), stage, reason)


def _retraction(person: Person) -> Iterator[SourceRecord]:
    """A measurement of somebody else, entered for this patient and taken back the next day."""
    if person.takes_part(22):
        measure = next(one.measure for one in person.cell.outcomes if one.measure.source == "therapist_form")
        wrong = formats.measurement(
            person, "R1", person.at(21, 700), measure, round((measure.low + measure.high) / 2), "unscheduled"
        )
        yield wrong
        yield formats.retraction(person, person.at(22, 700), wrong.fields["form_id"], "measurement")


def _merged(persons: list[Person], records: list[SourceRecord], until: datetime) -> Iterator[SourceRecord]:
    """A few patients' app was registered under a second reference, until the two are merged."""
    twice = {person.reference: person for person in merged(persons, until)}
    for record in records:
        person = twice.get(record.fields["patient_ref"])
        if person is not None and record.source == "home_app" and record.arrived_at < _merges_at(person):
            yield replace(record, fields=record.fields | {"patient_ref": second_reference(person)})
        else:
            yield record
    for person in twice.values():
        yield formats.merge(person, _merges_at(person), second_reference(person))


def _merges_at(person: Person) -> datetime:
    return person.at(MERGED_DAY, 900)


def second_reference(person: Person) -> str:
    """The reference under which a merged patient was registered a second time."""
    return f"{person.clinic.prefix}-9{person.position:04d}"


def merged(persons: list[Person], until: datetime) -> list[Person]:
    """The patients that are merged: early ones who use the app and stay long enough."""
    fits = [one for one in persons if one.uses_app and one.takes_part(70) and utc(one.at(70, 0)) < until]
    return fits[5 :: max(1, len(fits) // MERGES)][:MERGES]


def erased(persons: list[Person], until: datetime) -> list[Person]:
    """The patients who ask to be forgotten: among those who left care."""
    fits = [one for one in persons if not one.takes_part(80) and utc(one.at(ERASED_DAY, 0)) < until]
    return fits[3 :: max(1, len(fits) // ERASURES)][:ERASURES]


def _erasures(persons: list[Person], until: datetime) -> Iterator[SourceRecord]:
    for person in erased(persons, until):
        yield formats.erasure(person, person.at(ERASED_DAY, 600))
