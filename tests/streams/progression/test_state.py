from datetime import datetime, timedelta, timezone

import msgspec
from patients import Patient

from contracts.events import ExerciseSetRecorded
from streams.progression.state import initial, slim


def test_nothing_is_known_of_a_new_patient() -> None:
    state = initial()
    assert (state.said, state.corrections, state.retracted, state.erased) == ({}, {}, frozenset(), False)


def test_when_and_under_which_contract_an_event_was_received_leaves_no_trace() -> None:
    event = Patient().opened()
    later = msgspec.structs.replace(
        event, received_at=event.received_at + timedelta(days=90), contract_version=7
    )
    assert slim(event) == slim(later)


def test_one_instant_in_two_zones_is_one_instant() -> None:
    event = Patient().opened()
    local = event.occurred_at.astimezone(timezone(timedelta(hours=9)))
    moved = msgspec.structs.replace(event, occurred_at=local)
    assert slim(moved).occurred_at.utcoffset() == timedelta(0)
    assert slim(moved) == slim(event)


def test_what_no_rule_looks_at_is_left_to_the_lake() -> None:
    patient = Patient()
    event = patient.say(
        ExerciseSetRecorded, 1, exercise="extension", muscle_group="quadriceps", side="left",
        completed_reps=9, peak_force_n=312.5, range_deg=71.25,
    )  # fmt: skip
    kept = slim(event)
    assert (kept.completed_reps, kept.peak_force_n, kept.range_deg) == (9, None, None)


def test_a_time_at_the_end_of_the_calendar_is_no_reason_to_fail() -> None:
    last = datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))
    event = msgspec.structs.replace(Patient().opened(), occurred_at=last)
    assert slim(event).occurred_at.year == 9999
