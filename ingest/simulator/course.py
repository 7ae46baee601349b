"""A patient's way through care, as the records that the clinic, its devices and the app write."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
from numpy.random import Generator

from ingest.simulator import formats
from ingest.simulator.cohort import PATTERNS, progress
from ingest.simulator.formats import SourceRecord
from ingest.simulator.person import NEVER, Person
from ingest.simulator.session import SESSION_DAYS, Signals, session_records

DISCHARGE_DAY = 91


def cell_records(persons: list[Person], with_sessions: bool, rng: Generator) -> Iterator[SourceRecord]:
    """Every record of a cell's patients, patient by patient."""
    chances = rng.random((len(persons), len(SESSION_DAYS), 12))
    reached = _reached(persons)
    for index, person in enumerate(persons):
        yield from _start(person)
        yield from _measurements(person)
        if with_sessions:
            for number, day in enumerate(SESSION_DAYS):
                signals = Signals(
                    person, number, day, reached[index][number], chances[index][number].tolist()
                )
                yield from session_records(signals)
        yield from _end(person)


def _reached(persons: list[Person]) -> list[list[float]]:
    codes = np.array([PATTERNS.index(person.pattern) for person in persons])
    days = np.broadcast_to(np.array(SESSION_DAYS, dtype=np.float64), (len(persons), len(SESSION_DAYS)))
    reached: list[list[float]] = progress(codes[:, None], days).tolist()
    return reached


def _start(person: Person) -> Iterator[SourceRecord]:
    at = person.at(0, 480 + person.position % 480)
    weeks = {"acute": 3, "subacute": 9, "chronic": 40}[person.chronicity]
    onset = person.opened_on - timedelta(weeks=weeks, days=person.position % 7)
    yield formats.episode(person, at, onset)
    yield formats.program(person, at + timedelta(minutes=40))


def _measurements(person: Person) -> Iterator[SourceRecord]:
    """Outcomes at the start, near week 6 and near week 12, as far as the patient still comes."""
    for visit, day in enumerate(person.visit_days):
        if not person.takes_part(day):
            return
        occasion = "baseline" if visit == 0 else "follow_up"
        for position in range(len(person.values)):
            course = person.cell.outcomes[position]
            at = person.at(day, 490 + person.position % 480 + 3 * position)
            value, number = person.values[position][visit], f"M{visit}{position}"
            if course.measure.source == "dynamometer":
                yield formats.dynamometer(person, number, at, value, occasion)
                continue
            yield formats.measurement(person, number, at, course.measure, value, occasion)


def _end(person: Person) -> Iterator[SourceRecord]:
    if person.dropout != NEVER and person.dropout + 14 <= person.days_left:
        reason = "self_discharged" if person.position % 3 == 0 else "lost_to_follow_up"
        yield formats.closure(person, person.at(person.dropout + 14, 1020), reason)
    elif person.takes_part(DISCHARGE_DAY):
        reason = "referred_on" if person.pattern == "plateau" else "goals_met"
        yield formats.closure(person, person.at(DISCHARGE_DAY, 1020), reason)
