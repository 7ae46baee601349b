"""Drafts become canonical events: right keys, right targets, and a path where they cannot."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contracts.contract import Draft, Reason, Target
from contracts.events import EventCorrected, PatientErased, PatientsMerged, SymptomReported, event_id_of
from ingest.merging import moved_id
from ingest.pseudonym import Keys, NotAnEvent, Said, erasures_of, event_of
from ingest.vault import Person

A, B = "a" * 32, "b" * 32
NOW = datetime(2026, 6, 1, tzinfo=UTC)
SAID = Said("home_app", 2, NOW)
SYMPTOM = Draft("SymptomReported", ("s1",), NOW, {"phase": "after", "pain": 3}, {"session_id": "S1"})
CORRECTION = Draft(
    "EventCorrected", ("c1",), NOW, {"changes": {"pain": 4}}, target=Target("SymptomReported", ("s1",))
)


def keys(person: Person, known: Callable[[str], bool] = lambda _: False, other: str | None = None) -> Keys:
    return Keys(person, lambda field, text, key: f"{field}:{text}:{key[0]}", known, other)


def test_an_event_has_the_patients_key_and_random_keys_for_references() -> None:
    event = event_of(SYMPTOM, keys(Person(A, A)), SAID)
    assert isinstance(event, SymptomReported)
    assert (event.patient_key, event.pain, event.session_id) == (A, 3.0, "session_id:S1:a")
    assert (event.source, event.contract_version, event.received_at) == ("home_app", 2, NOW)
    assert event.event_id == event_id_of(A, "home_app", "SymptomReported", ("s1",))


def test_a_merged_persons_event_goes_under_the_surviving_key() -> None:
    assert event_of(SYMPTOM, keys(Person(B, A, (B,))), SAID).patient_key == A


def test_what_was_said_under_an_absorbed_key_before_is_the_same_event_again() -> None:
    before = event_of(SYMPTOM, keys(Person(B, B)), SAID)
    person = Person(B, A, (B,))
    assert event_of(SYMPTOM, keys(person, lambda event_id: event_id == before.event_id), SAID) == before


def test_a_correction_names_its_target_where_the_target_is_or_will_be() -> None:
    plain = event_of(CORRECTION, keys(Person(A, A)), SAID)
    assert isinstance(plain, EventCorrected)
    assert plain.corrects == event_id_of(A, "home_app", "SymptomReported", ("s1",))
    old = event_id_of(B, "home_app", "SymptomReported", ("s1",))
    after_merge = event_of(CORRECTION, keys(Person(B, A, (B,)), lambda event_id: event_id == old), SAID)
    assert isinstance(after_merge, EventCorrected)
    assert after_merge.corrects == moved_id(old, B, A)


def test_a_merge_is_said_with_the_two_keys_that_were_merged() -> None:
    draft = Draft("PatientsMerged", ("m",), NOW, {}, other_subject="other")
    event = event_of(draft, keys(Person(B, A, (B,)), other=A), SAID)
    assert isinstance(event, PatientsMerged)
    assert (event.patient_key, event.other_key) == (B, A)


def test_an_erasure_is_said_under_every_key() -> None:
    draft = Draft("PatientErased", ("e",), NOW, {})
    events = list(erasures_of(draft, keys(Person(B, A, (B,))), SAID))
    assert {each.patient_key for each in events} == {A, B}
    assert all(isinstance(each, PatientErased) for each in events)


def test_what_makes_no_event_says_where_and_never_what() -> None:
    for fields, path in (({"phase": "Findable"}, "$.phase"), ({"phase": "after", "pain": 99}, "$.pain")):
        with pytest.raises(NotAnEvent) as refused:
            event_of(replace(SYMPTOM, fields=fields), keys(Person(A, A)), SAID)
        assert refused.value.reason == Reason("not_an_event", path)
        assert "Findable" not in str(refused.value)
    with pytest.raises(NotAnEvent, match="unknown_event_type"):
        event_of(Draft("Invented", ("x",), NOW, {}), keys(Person(A, A)), SAID)
