from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import Patient, name_of

from contracts import events
from contracts.events import EventCorrected
from streams.batch import OF_THE_MACHINE, REASONS, Done, FromTheFuture, Work, decode, fold, progress
from streams.progression.codec import encode_patient
from streams.progression.fold import decide, evolve
from streams.progression.state import PatientState, initial


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
        (b'{"type":"SymptomReported","source":"\xff"}', b"ann", "not_decodable", "$"),
        (b'{"type":"EventCorrected","changes":' + b'{"a":' * 90_000, b"ann", "not_decodable", "$"),
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
    "value",
    [
        b'{"type":"TeleportRecorded"}',
        b'{"type":"EpisodeOpened","schema_version":9}',
        events.encode(Patient("ann").opened()).replace(b"{", b'{"schema_version":2,"unheard_of":1,', 1),
    ],
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


def corrected(changes: dict[str, Any]) -> EventCorrected:
    opened = ann()[0]
    return EventCorrected(
        event_id="0" * 32, patient_key=opened.patient_key, occurred_at=opened.occurred_at,
        received_at=opened.received_at, source="form", contract_version=1, corrects="1" * 32, changes=changes,
    )  # fmt: skip


def test_a_correction_that_nests_deeper_than_a_record_may_is_set_aside() -> None:
    deep: dict[str, Any] = {}
    for _ in range(40):
        deep = {"[{": deep}
    decoded = decode([sent(0, corrected({"[": "{" * 90})), sent(1, corrected(deep))], "the log")
    assert [offset for offset, _ in decoded.events] == [0]
    assert [(row.record_offset, row.path) for row in decoded.quarantined] == [(1, "$.changes")]


@pytest.mark.parametrize("kind", [MemoryError, RecursionError, OSError])
def test_a_failure_of_the_machine_while_reading_sets_nothing_aside(kind: type[Exception]) -> None:
    def fails(_value: bytes) -> Any:
        raise kind("out of room")

    with pytest.raises(kind, match="out of room"):
        decode([sent(0, ann()[0])], "the log", read=fails)


def of_two_patients() -> list[Any]:
    bob = Patient("bob")
    bob.opened()
    bob.program("S1")
    bob.session(4)
    said = [each for pair in zip(ann(), bob.events(), strict=False) for each in pair]
    return [*said, *ann()[len(said) // 2 :], *bob.events()[len(said) // 2 :]]


SAID = of_two_patients()


def failing_when_it_comes(bad: set[str], kind: type[Exception]) -> Work:
    """Work whose ``evolve`` fails on these events."""

    def work(before: PatientState, state: PatientState, said: Iterable[Any]) -> Done:
        for event in said:
            if event.event_id in bad:
                raise kind("a value that must not be told")
            state = evolve(state, event)
        return state, decide(before, state)

    return work


def failing_once_it_is_in(bad: set[str], kind: type[Exception]) -> Work:
    """Work whose ``decide`` or ``encode`` fails on every state that holds one of these events."""

    def work(before: PatientState, state: PatientState, said: Iterable[Any]) -> Done:
        done = progress(before, state, said)
        if bad & done[0].said.keys():
            raise kind("a value that must not be told")
        return done

    return work


Failing = Callable[[set[str], type[Exception]], Work]


@pytest.mark.parametrize("failing", [failing_when_it_comes, failing_once_it_is_in])
@settings(max_examples=40, deadline=None)
@given(
    bad=st.sets(st.sampled_from(range(len(SAID)))),
    begun=st.integers(0, len(SAID)),
    kind=st.sampled_from([ValueError, KeyError, ZeroDivisionError, AssertionError]),
)
def test_exactly_the_events_that_fail_are_set_aside_and_all_others_proceed(
    failing: Failing, bad: set[int], begun: int, kind: type[Exception]
) -> None:
    bad = {at for at in bad if at >= begun}
    log = [sent(at, each) for at, each in enumerate(SAID)]
    before = fold(decode(log[:begun], "the log"), {}).states
    folded = fold(decode(log[begun:], "the log"), before, failing({SAID[at].event_id for at in bad}, kind))
    good = [record for at, record in enumerate(log) if at >= begun and at not in bad]
    expected = fold(decode(good, "the log"), before)
    assert [row.record_offset for row in folded.quarantined] == sorted(bad)
    assert {key: encode_patient(each) for key, each in folded.states.items()} == {
        key: encode_patient(each) for key, each in expected.states.items()
    }
    assert sorted(folded.changes, key=repr) == sorted(expected.changes, key=repr)
    assert all(row.reason == "not_foldable" and kind.__name__ in row.path for row in folded.quarantined)
    assert all("told" not in row.path for row in folded.quarantined)


@pytest.mark.parametrize("kind", OF_THE_MACHINE)
@pytest.mark.parametrize("failing", [failing_when_it_comes, failing_once_it_is_in])
def test_a_failure_of_the_machine_while_folding_sets_nothing_aside(
    failing: Failing, kind: type[Exception]
) -> None:
    log = [sent(at, each) for at, each in enumerate(SAID)]
    with pytest.raises(kind, match="a value that must not be told"):
        fold(decode(log, "the log"), {}, failing({SAID[3].event_id}, kind))


def test_a_single_bad_event_costs_few_attempts() -> None:
    said = ann()[:1] + [corrected({"side": "left", "note": at}) for at in range(127)]
    said = [said[0], *(_renamed(each, at) for at, each in enumerate(said[1:]))]
    attempts = 0
    inner = failing_when_it_comes({said[70].event_id}, ValueError)

    def counted(before: PatientState, state: PatientState, events: Iterable[Any]) -> Done:
        nonlocal attempts
        attempts += 1
        return inner(before, state, events)

    folded = fold(decode([sent(at, each) for at, each in enumerate(said)], "the log"), {}, counted)
    assert [row.record_offset for row in folded.quarantined] == [70]
    assert attempts <= 15


def _renamed(event: EventCorrected, at: int) -> EventCorrected:
    return EventCorrected(
        **{name: getattr(event, name) for name in event.__struct_fields__} | {"event_id": f"{at:032x}"}
    )


def test_the_stored_form_is_made_while_a_failure_can_still_be_set_aside() -> None:
    state, _ = progress(initial(), initial(), ann())
    assert "encoded" in state.memo
