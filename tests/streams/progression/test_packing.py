from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import Patient

from contracts import events
from streams.progression.packing import pack, unpack
from streams.progression.state import slim


def back(said: list[Any], patient: Patient) -> list[Any]:
    packed = pack(said)
    stored = msgspec.msgpack.decode(msgspec.msgpack.encode(packed.stored()))
    read, events = unpack(stored, patient.key)
    assert read == packed
    return events


def test_every_kind_of_contribution_comes_back_as_it_was() -> None:
    patient = Patient()
    patient.opened(onset_on=None, age_band="30-39")
    patient.program("S0", techniques=("manual_therapy",))
    patient.session(3, soreness="next_day", effusion_grade=0.5)
    patient.missed(9)
    patient.measured(10, 4.25)
    patient.override("S3", 11)
    event = patient.closed(12)
    patient.corrected(event, 13, reason="referred_on")
    patient.say(events.PatientsMerged, 14, other_key="f" * 32)
    said = [slim(each) for each in patient.events()]
    assert back(said, patient) == said


@settings(max_examples=60, deadline=None)
@given(st.floats(-1e12, 1e12) | st.sampled_from([0.1, 1 / 3, -0.0, 1e308, 12.34]), st.integers(0, 999_999))
def test_any_value_at_any_instant_comes_back_exactly(value: float, micro: int) -> None:
    patient = Patient()
    event = patient.measured(3, value)
    at = event.occurred_at.replace(microsecond=micro)
    said = [slim(msgspec.structs.replace(event, occurred_at=at))]
    assert back(said, patient) == said


def test_ids_of_any_form_come_back() -> None:
    patient = Patient()
    for number, name in enumerate(["ab" * 16, "AB" * 16, "", "session one", "ab" * 16 + "c", "12" * 8]):
        patient.say(
            events.SessionRecorded, number, place="home", attended=True, session_id=name, episode_id=name
        )
    said = [slim(each) for each in patient.events()]
    assert back(said, patient) == said


@pytest.mark.parametrize("large", [10**40, -(10**40)])
def test_a_number_beyond_the_machines_words_can_be_stored(large: int) -> None:
    patient = Patient()
    program = patient.program("S0")
    patient.corrected(program, 3, value=large)
    said = [slim(each) for each in patient.events()]
    assert back(said, patient) == said
