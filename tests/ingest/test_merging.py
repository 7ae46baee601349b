"""A merge moves every event once, whatever the chain, and takes the old ones back."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import (
    Event,
    EventCorrected,
    EventRetracted,
    OutcomeMeasured,
    PatientErased,
    PatientsMerged,
    content_hash,
)
from ingest.errors import PublishFailed
from ingest.merging import carry_out, moved_id

A, B, C = "a" * 32, "b" * 32, "c" * 32
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 6, 2, 12, tzinfo=UTC)
IDS = st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")


def envelope(key: str, event_id: str) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "patient_key": key,
        "occurred_at": NOON,
        "received_at": NOON,
        "source": "therapist_form",
        "contract_version": 1,
    }


def said_of(key: str) -> list[Event]:
    measured = {"measure": "rmdq", "value": 3, "unit": "score", "method": "self_report"}
    return [
        OutcomeMeasured(**envelope(key, "01" * 16), **measured, device_class="questionnaire"),
        EventCorrected(**envelope(key, "02" * 16), corrects="01" * 16, changes={"value": 4}),
        EventRetracted(**envelope(key, "03" * 16), retracts="01" * 16),
        PatientsMerged(**envelope(key, "04" * 16), other_key=A),
        PatientErased(**envelope(key, "05" * 16)),
    ]


def standing(events: list[Event]) -> list[Event]:
    """Events without those that are retracted under the same key."""
    gone = {(each.patient_key, each.retracts) for each in events if isinstance(each, EventRetracted)}
    return [each for each in events if (each.patient_key, each.event_id) not in gone]


@given(IDS, st.permutations([A, B, C]))
def test_moving_on_and_moving_at_once_agree(event_id: str, keys: list[str]) -> None:
    one, two, three = keys
    over = moved_id(moved_id(event_id, one, two), two, three)
    assert over == moved_id(event_id, one, three) != event_id
    assert moved_id(event_id, one, one) == event_id
    assert len(over) == 32


def test_events_go_under_the_surviving_key_and_the_old_ones_are_retracted(clinic: Any) -> None:
    measured, corrected, retracted = said_of(B)[:3]
    assert carry_out(B, A, said_of(B), clinic.kafka, LATER) == 3
    out = clinic.kafka.events()
    moved = [each for each in out if each.patient_key == A]
    assert [type(each) for each in moved] == [OutcomeMeasured, EventCorrected, EventRetracted]
    assert moved[0].value == measured.value and moved[0].occurred_at == measured.occurred_at
    assert moved[1].corrects == moved[2].retracts == moved[0].event_id
    back = [each for each in out if each.patient_key == B]
    assert [each.retracts for each in back] == [measured.event_id]
    assert corrected.event_id not in {each.event_id for each in out} | {retracted.event_id}


def test_other_peoples_events_stay_where_they_are(clinic: Any) -> None:
    assert carry_out(B, A, said_of(C) + said_of(A), clinic.kafka, LATER) == 0
    assert clinic.kafka.messages == []


@pytest.mark.parametrize("how", ["refused", "half", "unheard"])
@pytest.mark.parametrize("fail_at", [0, 1])
def test_what_is_found_under_the_surviving_key_is_taken_back_under_the_other(
    clinic: Any, how: str, fail_at: int
) -> None:
    clinic.kafka.fail_at, clinic.kafka.how = fail_at, how
    with pytest.raises(PublishFailed):
        carry_out(B, A, said_of(B), clinic.kafka, LATER)
    moved = {each.event_id for each in clinic.kafka.events() if isinstance(each, OutcomeMeasured)}
    back = {moved_id(each.retracts, B, A) for each in clinic.kafka.events() if each.patient_key == B}
    assert moved <= back


def test_carrying_it_out_again_says_the_same(clinic: Any) -> None:
    events = said_of(B)
    assert carry_out(B, A, events, clinic.kafka, LATER) == 3
    first = {each.event_id: content_hash(each) for each in clinic.kafka.events()}
    assert carry_out(B, A, events + clinic.kafka.events(), clinic.kafka, LATER) == 3
    assert {each.event_id: content_hash(each) for each in clinic.kafka.events()} == first


def test_chains_in_every_order_end_with_one_event_under_the_smallest_key(make_clinic: Any) -> None:
    for order in permutations([(C, B), (B, A), (C, A)]):
        clinic = make_clinic()
        log: list[Event] = said_of(C)[:1]
        for absorbed, survivor in (*order, *order):
            carry_out(absorbed, survivor, log, clinic.kafka, LATER)
            log = said_of(C)[:1] + clinic.kafka.events()
        left = standing(log)
        assert {each.event_id for each in left if isinstance(each, OutcomeMeasured)} == {
            moved_id("01" * 16, C, A)
        }
        clinic.store.close()
