"""Sessions get better with recovery, hurt in a relapse, and are told by the right source."""

from datetime import date

import numpy as np
import pytest

from ingest.simulator.cohort import draw
from ingest.simulator.person import Person, people
from ingest.simulator.session import Signals, session_records
from ingest.simulator.size import Size
from ingest.simulator.truth import scenario

CELL = scenario().cell("post_surgical.quadriceps")
EVEN = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.0, 0.5, 0.5, 0.5, 0.5]


@pytest.fixture(scope="module")
def everybody() -> list[Person]:
    cohort = draw(CELL, scenario().clinics, Size(patients_per_cell=100), np.random.default_rng(1))
    return list(people(CELL, scenario().clinics, cohort, date(2026, 5, 1), 182, 1001))


def somebody(everybody: list[Person], pattern: str, uses_app: bool = True) -> Person:
    return next(
        one
        for one in everybody
        if one.pattern == pattern and one.uses_app == uses_app and one.dropout > 90 and one.days_left > 90
    )


def test_pain_falls_and_quality_rises_with_recovery(everybody: list[Person]) -> None:
    person = somebody(everybody, "steady")
    early, late = Signals(person, 0, 3, 0.05, EVEN), Signals(person, 9, 66, 0.9, EVEN)
    assert early.pain > late.pain
    assert early.quality < late.quality


def test_a_relapse_hurts_in_its_weeks_only(everybody: list[Person]) -> None:
    person = somebody(everybody, "relapse")
    before, within = Signals(person, 5, 38, 0.7, EVEN), Signals(person, 6, 45, 0.2, EVEN)
    assert not before.relapsed
    assert within.relapsed
    assert within.pain > before.pain + 2


def test_a_missed_session_says_why_and_has_no_sets(everybody: list[Person]) -> None:
    dice = [*EVEN[:7], 1.0, *EVEN[8:]]
    records = list(session_records(Signals(somebody(everybody, "steady"), 0, 3, 0.1, dice)))
    assert len(records) == 1
    assert records[0].fields["attended"] is False
    assert records[0].fields["missed_reason"]


def test_the_app_logs_home_sessions_and_asks_the_next_morning(everybody: list[Person]) -> None:
    records = list(session_records(Signals(somebody(everybody, "steady"), 2, 17, 0.4, EVEN)))
    assert [record.source for record in records] == ["home_app", "motion_sensor", "home_app"]
    assert records[0].fields["kind"] == "session"
    assert records[-1].fields["phase"] == "next_morning"
    assert len({record.fields["session_ref"] for record in records}) == 1


def test_without_the_app_sessions_are_in_the_clinic(everybody: list[Person]) -> None:
    person = somebody(everybody, "steady", uses_app=False)
    sources = {
        record.source
        for n in range(12)
        for record in session_records(Signals(person, n, 3 + 7 * n, 0.4, EVEN))
    }
    assert sources == {"therapist_form", "motion_sensor"}


def test_an_operated_joint_may_swell(everybody: list[Person]) -> None:
    person = somebody(everybody, "steady")
    assert Signals(person, 0, 3, 0.1, [*EVEN[:5], 0.1, *EVEN[6:]]).effusion == 1.0
    assert Signals(person, 8, 59, 0.8, EVEN).effusion == 0.0


def test_after_the_run_nothing_is_said(everybody: list[Person]) -> None:
    person = min(everybody, key=lambda one: one.days_left)
    assert list(session_records(Signals(person, 11, person.days_left + 5, 0.9, EVEN))) == []
