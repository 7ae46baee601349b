from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import Patient

from contracts import events
from streams.progression.packing import appended, pack, unpack
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


def test_events_that_come_late_are_packed_from_their_place_on() -> None:
    patient = Patient()
    for day in range(1, 90):
        patient.session(day)
    said = sorted(map(slim, patient.events()), key=lambda event: (event.occurred_at, event.event_id))
    for place in (0, 3, len(said) - 60, len(said) - 2, len(said)):
        early, late = said[:place], said[place:]
        known = appended(pack(early), late)
        assert known == pack(said)
        kept = known.until((late[0].occurred_at, late[0].event_id)) if late else known
        assert kept is None or appended(kept, said[kept.count :]).stored() == known.stored()
        assert kept is not None or place < len(said) - 64


def test_what_was_read_from_storage_is_taken_back_whole_or_not_at_all() -> None:
    patient = Patient()
    for day in (3, 6):
        patient.session(day)
    said = sorted(map(slim, patient.events()), key=lambda event: (event.occurred_at, event.event_id))
    read, _ = unpack(pack(said).stored(), patient.key)
    first, last = ((each.occurred_at, each.event_id) for each in (said[0], said[-1]))
    assert read.until(first) is None
    assert read.until((last[0], last[1] + "f")) is read
