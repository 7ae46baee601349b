"""State is a pure function of the set of accepted events: order, repetition, batching, cuts do not show."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from afresh import resumed
from histories import LAWS, SEEDS, histories, in_time, merged, shuffled, told_and_arriving
from hypothesis import given
from hypothesis import strategies as st
from logs import log_of
from patients import fold

from contracts import events
from contracts.events import Event
from streams.batch import decode as decode_records
from streams.batch import fold as fold_batch
from streams.progression.codec import encode, encode_patient
from streams.progression.decisions import Fact, FactChange, facts
from streams.progression.explain import explain
from streams.progression.state import PatientState, initial
from streams.rows import EpisodeRow, PatientRow
from streams.states import StateCache, changed_rows

Told = tuple[list[Event], list[Event]]


@LAWS
@given(histories(), SEEDS)
def test_any_order_gives_the_same_bytes_and_facts(said: list[Event], seed: int) -> None:
    one, other = fold(said), fold(shuffled(said, seed))
    assert encode_patient(one) == encode_patient(other)
    assert facts(one) == facts(other)


@LAWS
@given(histories(), SEEDS)
def test_repeated_events_change_nothing(said: list[Event], seed: int) -> None:
    again = said + shuffled(said, seed)[: len(said) // 2 + 1]
    assert encode_patient(fold(shuffled(again, seed))) == encode_patient(fold(said))


@LAWS
@given(histories(), SEEDS)
def test_events_that_come_late_count_as_if_they_had_come_in_time(said: list[Event], seed: int) -> None:
    come = in_time(said)
    late = set(random.Random(seed).sample(range(len(come)), len(come) // 3))
    delayed = [each for at, each in enumerate(come) if at not in late] + [come[at] for at in late]
    assert encode_patient(fold(delayed)) == encode_patient(fold(come))
    assert facts(fold(delayed)) == facts(fold(come))


@LAWS
@given(told_and_arriving(), st.lists(st.integers(0, 60), max_size=6))
def test_a_fold_that_is_cut_anywhere_and_resumed_from_storage_goes_on_the_same(
    told: Told, cuts: list[int]
) -> None:
    state = initial()
    for position, event in enumerate(told[1]):
        if position in cuts:
            state = resumed(state)
        state = fold([event], state)
    assert encode_patient(state) == encode_patient(fold(told[0]))
    assert facts(state) == facts(fold(told[0]))


@LAWS
@given(histories(), SEEDS, st.sampled_from(["a_form", "the_sensor", "an_app"]))
def test_of_two_contents_under_one_id_the_same_stands_in_any_order_also_after_storage(
    said: list[Event], seed: int, source: str
) -> None:
    if not said:
        return
    event = said[seed % len(said)]
    other = msgspec.structs.replace(event, source=source)
    rest = [each for each in said if each.event_id != event.event_id]
    ends = {encode_patient(fold([event, *rest, other])), encode_patient(fold([other, *rest, event]))}
    for first, second in ((event, other), (other, event)):
        ends.add(encode_patient(fold([second], resumed(fold([first, *rest])))))
    assert len(ends) == 1


@LAWS
@given(histories())
def test_what_is_stored_is_the_state(said: list[Event]) -> None:
    state = fold(said)
    assert resumed(state) == state
    assert encode_patient(resumed(state)) == encode_patient(state)
    assert facts(resumed(state)) == facts(state)


@LAWS
@given(st.tuples(histories("ann"), histories("bob"), histories("cyd")), SEEDS, st.integers(1, 30))
def test_interleaved_patients_in_batches_of_any_size_end_where_each_alone_ends(
    several: tuple[list[Event], ...], seed: int, size: int
) -> None:
    mixed = shuffled([event for said in several for event in said], seed)
    log = log_of(mixed)
    states: dict[str, PatientState] = {}
    standing: dict[str, Fact] = {}
    for begin in range(0, len(log), size):
        folded = fold_batch(decode_records(log[begin : begin + size], "the log"), states)
        states |= folded.states
        hold(standing, folded.changes)
    alone = {said[0].patient_key: fold(said) for said in several if said}
    assert {key: encode_patient(each) for key, each in states.items()} == {
        key: encode_patient(each) for key, each in alone.items()
    }
    assert standing == {fact.fact_id: fact for each in alone.values() for fact in facts(each)}


class RowsInMemory:
    """What a store holds, in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, PatientRow] = {}

    def load(self, patient_keys: Iterable[str]) -> dict[str, PatientRow]:
        return {key: self.rows[key] for key in patient_keys if key in self.rows}

    def write(self, patients: dict[str, bytes], episodes: dict[tuple[str, str], EpisodeRow | None]) -> None:
        for key in {*patients, *(key for key, _ in episodes)}:
            known = self.rows.get(key, PatientRow(b"", {}))
            changed = {name: row for (whose, name), row in episodes.items() if whose == key}
            kept = {name: row for name, row in (known.episodes | changed).items() if row is not None}
            self.rows[key] = PatientRow(patients.get(key, known.state), kept)


@LAWS
@given(
    told_and_arriving("ann"),
    told_and_arriving("bob"),
    SEEDS,
    st.integers(1, 9),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_rows_that_are_written_and_read_between_batches_hold_the_state_and_tell_what_changed(
    ann: Told, bob: Told, seed: int, size: int, forgetful: float
) -> None:
    log = log_of(merged([ann[1], bob[1]], seed))
    store, standing = RowsInMemory(), dict[str, Fact]()
    cache, dice = StateCache(store), random.Random(seed)
    for begin in range(0, len(log), size):
        if dice.random() < forgetful:
            cache = StateCache(store)
        decoded = decode_records(log[begin : begin + size], "the log")
        before = cache.load(decoded.patient_keys())
        folded = fold_batch(decoded, before)
        store.write(*changed_rows(before, folded.states))
        cache.keep(folded.states)
        hold(standing, folded.changes)
    expected = [fold(said) for said, _ in (ann, bob) if said]
    assert {
        key: (row.state, {name: (each.view, each.detail) for name, each in row.episodes.items()})
        for key, row in store.rows.items()
    } == {state.patient_key: encode(state) for state in expected}
    assert standing == {fact.fact_id: fact for state in expected for fact in facts(state)}


def hold(standing: dict[str, Fact], changes: Iterable[FactChange]) -> None:
    """Follow the changes as a reader would: nothing is published twice, or withdrawn that does not stand."""
    for change in changes:
        if change.change == "published":
            assert change.fact.fact_id not in standing
            standing[change.fact.fact_id] = change.fact
        else:
            assert standing.pop(change.fact.fact_id) == change.fact


@LAWS
@given(histories())
def test_a_retraction_leaves_what_would_be_without_its_target(said: list[Event]) -> None:
    target = said[-1] if said else None
    if target is None or isinstance(target, events.EventRetracted | events.PatientErased):
        return
    retraction = events.EventRetracted(
        event_id="0" * 32, patient_key=target.patient_key, occurred_at=target.occurred_at,
        received_at=target.received_at, source="therapist_form", contract_version=1, retracts=target.event_id,
    )  # fmt: skip
    without = [event for event in said if event.event_id != target.event_id]
    assert facts(fold([retraction, *said])) == facts(fold([*said, retraction])) == facts(fold(without))


@LAWS
@given(histories())
def test_the_fold_and_all_that_follows_from_it_never_raise(said: list[Event]) -> None:
    state = fold(said)
    assert all(isinstance(line, str) for line in explain(state, datetime(2026, 2, 1, tzinfo=UTC)))
