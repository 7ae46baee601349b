"""State is a pure function of the set of accepted events: order, repetition, batching, cuts do not show."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from histories import EXAMPLES, histories
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from patients import fold

from contracts import events
from contracts.events import Event
from contracts.vocabulary import STAGES
from streams.batch import decode as decode_records
from streams.batch import fold as fold_batch
from streams.progression.codec import decode, encode, encode_patient
from streams.progression.decisions import facts
from streams.progression.explain import explain
from streams.progression.incremental import derived
from streams.progression.state import PatientState, initial

laws = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES <= 40, suppress_health_check=list(HealthCheck)
)
SEEDS = st.integers(0, 10_000)


def shuffled(said: list[Event], seed: int) -> list[Event]:
    mixed = list(said)
    random.Random(seed).shuffle(mixed)
    return mixed


def resumed(state: PatientState) -> PatientState:
    """The state after it was written and read back."""
    row, episodes = encode(state)
    return decode(row, {name: detail for name, (_, detail) in episodes.items()})


@laws
@given(histories(), SEEDS)
def test_any_order_gives_the_same_bytes_and_facts(said: list[Event], seed: int) -> None:
    one, other = fold(said), fold(shuffled(said, seed))
    assert encode_patient(one) == encode_patient(other)
    assert facts(one) == facts(other)


@laws
@given(histories(), SEEDS)
def test_repeated_events_change_nothing(said: list[Event], seed: int) -> None:
    again = said + shuffled(said, seed)[: len(said) // 2 + 1]
    assert encode_patient(fold(shuffled(again, seed))) == encode_patient(fold(said))


@laws
@given(histories(), SEEDS)
def test_events_that_come_late_count_as_if_they_had_come_in_time(said: list[Event], seed: int) -> None:
    in_time = sorted(said, key=lambda event: event.occurred_at)
    late = set(random.Random(seed).sample(range(len(in_time)), len(in_time) // 3))
    delayed = [each for at, each in enumerate(in_time) if at not in late] + [in_time[at] for at in late]
    assert encode_patient(fold(delayed)) == encode_patient(fold(in_time))


@laws
@given(histories(), st.lists(st.integers(0, 60), max_size=6))
def test_a_fold_that_is_cut_anywhere_and_resumed_from_storage_goes_on_the_same(
    said: list[Event], cuts: list[int]
) -> None:
    state = initial()
    for position, event in enumerate(said):
        if position in cuts:
            state = resumed(state)
        state = fold([event], state)
    assert encode_patient(state) == encode_patient(fold(said))


@laws
@given(histories())
def test_what_is_stored_is_the_state(said: list[Event]) -> None:
    state = fold(said)
    assert resumed(state) == state
    assert encode_patient(resumed(state)) == encode_patient(state)
    assert facts(resumed(state)) == facts(state)


@dataclass
class InMemoryRecord:
    offset: int
    key: bytes
    value: bytes


@laws
@given(st.tuples(histories("ann"), histories("bob"), histories("cyd")), SEEDS, st.integers(1, 30))
def test_interleaved_patients_in_batches_of_any_size_end_where_each_alone_ends(
    several: tuple[list[Event], ...], seed: int, size: int
) -> None:
    mixed = shuffled([event for said in several for event in said], seed)
    log = [InMemoryRecord(at, e.patient_key.encode(), events.encode(e)) for at, e in enumerate(mixed)]
    states: dict[str, PatientState] = {}
    standing: dict[str, Any] = {}
    for begin in range(0, len(log), size):
        folded = fold_batch(decode_records(log[begin : begin + size], "the log"), states)
        states |= folded.states
        for change in folded.changes:
            if change.change == "published":
                assert change.fact.fact_id not in standing
                standing[change.fact.fact_id] = change.fact
            else:
                del standing[change.fact.fact_id]
    alone = {said[0].patient_key: fold(said) for said in several if said}
    assert {key: encode_patient(each) for key, each in states.items()} == {
        key: encode_patient(each) for key, each in alone.items()
    }
    assert standing == {fact.fact_id: fact for each in alone.values() for fact in facts(each)}


@laws
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


@laws
@given(histories())
def test_the_fold_and_all_that_follows_from_it_never_raise(said: list[Event]) -> None:
    state = fold(said)
    assert all(isinstance(line, str) for line in explain(state, datetime(2026, 2, 1, tzinfo=UTC)))


def seen_by_the_generator(wanted: Any) -> bool:
    try:
        find(histories(), wanted, settings=settings(max_examples=3_000, derandomize=True, database=None))
    except NoSuchExample:
        return False
    return True


def test_the_generator_makes_every_type_of_event() -> None:
    missing = [
        name
        for name, kind in events.EVENT_TYPES.items()
        if not seen_by_the_generator(lambda said, kind=kind: any(isinstance(each, kind) for each in said))
    ]
    assert missing == []


def test_the_generator_fires_every_action_and_comes_to_every_stage_by_rule() -> None:
    actions: set[str] = set()
    kinds: set[str] = set()
    entered: set[str] = set()

    @settings(laws, max_examples=300, derandomize=True, database=None)
    @given(histories())
    def look(said: list[Event]) -> None:
        state = fold(said)
        kinds.update(fact.kind for fact in facts(state))
        entered.update(fact.to_stage for fact in facts(state) if fact.kind == "stage_entered")
        for episode in derived(state).episodes.values():
            actions.update(each.action for track in episode.tracks for each in track.course.decisions)

    look()
    assert actions == {"stop", "regress", "hold", "advance"}
    assert kinds == {"track_opened", "stage_entered", "stage_overridden", "stop_raised"}
    assert entered == set(STAGES)
