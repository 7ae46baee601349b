from dataclasses import dataclass
from typing import Any

import pytest
from patients import Patient, name_of

from contracts import events
from streams import batch
from streams.batch import REASONS, FromTheFuture, decode, fold
from streams.progression.codec import encode_patient
from streams.progression.fold import evolve
from streams.progression.state import initial


@dataclass
class Sent:
    offset: int
    key: bytes | None
    value: bytes | None


def sent(offset: int, event: Any, key: bytes | None = None) -> Sent:
    return Sent(offset, event.patient_key.encode() if key is None else key, events.encode(event))


def ann() -> list[Any]:
    patient = Patient("ann")
    patient.opened()
    patient.program("S0")
    patient.session(3)
    patient.session(10)
    return patient.events()


def test_records_become_events_with_their_offsets() -> None:
    said = ann()
    decoded = decode([sent(7, said[0]), sent(8, said[1])], "the log")
    assert decoded.events == ((7, said[0]), (8, said[1]))
    assert decoded.quarantined == ()
    assert decoded.patient_keys() == {said[0].patient_key}


@pytest.mark.parametrize(
    ("value", "key", "reason", "path"),
    [
        (None, b"ann", "empty", "$"),
        (b"not JSON", b"ann", "not_decodable", "$"),
        (b'{"type":"SymptomReported","phase":"at noon"}', b"ann", "not_decodable", "$.phase"),
    ],
)
def test_a_record_that_is_no_event_is_set_aside_with_its_path_and_its_neighbours_proceed(
    value: bytes | None, key: bytes, reason: str, path: str
) -> None:
    said = ann()
    decoded = decode([sent(1, said[0]), Sent(2, key, value), sent(3, said[1])], "the log")
    assert [offset for offset, _ in decoded.events] == [1, 3]
    assert [(row.record_offset, row.reason, row.path) for row in decoded.quarantined] == [(2, reason, path)]
    assert reason in REASONS


def test_a_record_under_another_patients_key_is_set_aside() -> None:
    decoded = decode([sent(4, ann()[0], key=b"someone else")], "the log")
    assert [(row.reason, row.path) for row in decoded.quarantined] == [("wrong_key", "$.patient_key")]


@pytest.mark.parametrize(
    "value", [b'{"type":"TeleportRecorded"}', b'{"type":"EpisodeOpened","schema_version":9}']
)
def test_a_record_of_a_newer_version_stops_the_worker_and_names_place_and_offset(value: bytes) -> None:
    with pytest.raises(FromTheFuture, match=r"offset 5 of partition 3.*Nothing was skipped"):
        decode([Sent(5, b"ann", value)], "partition 3 of myomap.events")


def test_a_batch_ends_where_a_fold_of_single_events_ends() -> None:
    said = ann()
    folded = fold(decode([sent(at, each) for at, each in enumerate(said)], "the log"), {})
    state = initial()
    for each in said:
        state = evolve(state, each)
    assert encode_patient(folded.states[name_of("patient", "ann")]) == encode_patient(state)
    assert {change.change for change in folded.changes} == {"published"}


def test_an_event_on_which_the_fold_fails_is_set_aside_and_its_neighbours_proceed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = ann()

    def fails_on_programs(state: Any, event: Any) -> Any:
        if isinstance(event, events.ProgramAssigned):
            raise ZeroDivisionError
        return evolve(state, event)

    monkeypatch.setattr(batch, "evolve", fails_on_programs)
    folded = fold(decode([sent(at, each) for at, each in enumerate(said)], "the log"), {})
    assert [(row.record_offset, row.reason, row.path) for row in folded.quarantined] == [
        (1, "not_foldable", "ZeroDivisionError")
    ]
    assert len(folded.states[said[0].patient_key].said) == len(said) - 1
