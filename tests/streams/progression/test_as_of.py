from datetime import datetime

import pytest
from histories import histories
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import START, Patient, at, fold

from contracts.events import Event, EventRetracted, PatientErased
from streams.progression.as_of import as_of, zone_of
from streams.progression.codec import encode_patient
from streams.progression.incremental import derived
from streams.progression.state import initial


def begun() -> Patient:
    patient = Patient()
    patient.opened()
    patient.program("S0")
    for day in (3, 10, 17):
        patient.session(day)
    return patient


def stage(patient: Patient, day: float) -> str:
    (episode,) = derived(as_of(fold(patient.events()), at(day))).episodes.values()
    return episode.tracks[0].course.stage


def test_a_state_is_that_of_the_events_that_had_occurred() -> None:
    patient = begun()
    assert [stage(patient, day) for day in (5, 12, 30)] == ["S0", "S1", "S1"]


def test_the_instant_itself_counts() -> None:
    patient = Patient()
    patient.opened(2)
    assert as_of(fold(patient.events()), at(2)).said
    assert not as_of(fold(patient.events()), at(1.9)).said


def test_a_correction_that_came_later_is_left_out() -> None:
    patient = begun()
    opened = patient.events()[0]
    patient.corrected(opened, 20, clinic="south")
    state = fold(patient.events())
    assert not as_of(state, at(19)).corrections
    assert as_of(state, at(20)).corrections


def test_what_was_taken_back_does_not_come_back_and_an_erasure_stays() -> None:
    patient = begun()
    session = next(event for event in patient.events() if type(event).__name__ == "SessionRecorded")
    patient.retracted(session, 30)
    then = as_of(fold(patient.events()), at(12))
    assert session.event_id not in then.said
    assert session.event_id in then.retracted
    patient.erased(40)
    assert as_of(fold(patient.events()), at(12)).erased


def test_the_zone_is_that_of_the_clinic_of_the_last_episode() -> None:
    patient = begun()
    assert zone_of(fold(patient.events())) == "Europe/Oslo"
    patient.opened(30, episode_id="f" * 32, zone="America/New_York")
    assert zone_of(fold(patient.events())) == "America/New_York"
    assert zone_of(initial()) == "UTC"


@settings(max_examples=50, deadline=None)
@given(histories(), st.integers(-5, 90).map(lambda day: START + day * (at(1) - at(0))))
def test_it_equals_the_fold_of_the_events_up_to_then(said: list[Event], when: datetime) -> None:
    said = [event for event in said if not isinstance(event, EventRetracted | PatientErased)]
    key = max((event.patient_key for event in said), default="")
    early = [event for event in said if event.occurred_at <= when]
    if any(event.patient_key != key for event in said) or not early:
        return
    assert encode_patient(as_of(fold(said), when)) == encode_patient(fold(early))


@pytest.mark.parametrize("day", [4, 11, 60])
def test_asking_changes_nothing(day: float) -> None:
    state = fold(begun().events())
    before = encode_patient(state)
    as_of(state, at(day))
    assert encode_patient(state) == before
