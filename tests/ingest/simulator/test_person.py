"""A person is one position of a cohort with the clinic's own references and local time."""

from datetime import UTC, date

import numpy as np

from ingest.simulator.cohort import draw
from ingest.simulator.person import Person, people, utc
from ingest.simulator.size import SMALL
from ingest.simulator.truth import scenario

CELL = scenario().cell("post_surgical.quadriceps")


def some_people() -> list[Person]:
    cohort = draw(CELL, scenario().clinics, SMALL, np.random.default_rng(1))
    return list(people(CELL, scenario().clinics, cohort, date(2026, 5, 1), SMALL.days, 1001))


def test_references_are_the_clinics_own_and_never_repeat() -> None:
    found = some_people()
    assert len({person.reference for person in found}) == len(found)
    assert all(person.reference.startswith(person.clinic.prefix) for person in found)


def test_local_times_carry_the_clinics_offset() -> None:
    person = some_people()[0]
    at = person.at(0, 9 * 60)
    assert at.hour == 9
    assert at.utcoffset() is not None
    assert utc(at).tzinfo is UTC


def test_after_drop_out_or_the_end_of_the_run_nobody_takes_part() -> None:
    for person in some_people():
        assert not person.takes_part(person.days_left + 1)
        assert not person.takes_part(person.dropout)


def test_after_surgery_everybody_had_surgery() -> None:
    assert all(person.prior_surgery for person in some_people())
