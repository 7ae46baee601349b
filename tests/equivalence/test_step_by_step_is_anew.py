"""What is worked out step by step, event after event, is what is worked out anew, byte for byte."""

from datetime import UTC, datetime

from afresh import anew, resumed
from histories import LAWS, SEEDS, shuffled, told_and_arriving
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import Event
from streams.progression.codec import encode_patient
from streams.progression.decisions import facts
from streams.progression.explain import explain
from streams.progression.fold import decide, evolve
from streams.progression.state import PatientState, initial

NOW = datetime(2026, 4, 1, tzinfo=UTC)
Told = tuple[list[Event], list[Event]]


def assert_as_anew(state: PatientState, words: bool = True) -> None:
    """Bytes (views and details), facts and words are those of a fresh derivation."""
    fresh = anew(state)
    assert encode_patient(state) == encode_patient(fresh)
    assert facts(state) == facts(fresh)
    if words:
        assert explain(state, NOW) == explain(fresh, NOW)


@LAWS
@given(told_and_arriving())
def test_after_every_single_event_bytes_facts_and_words_are_those_of_a_fresh_derivation(told: Told) -> None:
    state = initial()
    for event in told[1][:50]:
        state = evolve(state, event)
        assert_as_anew(state, words=False)
    assert_as_anew(state)


@LAWS
@given(told_and_arriving(), SEEDS)
def test_states_that_are_looked_at_now_and_then_and_read_back_in_between_are_as_anew(
    told: Told, seed: int
) -> None:
    state = initial()
    for number, event in enumerate(told[1]):
        state = evolve(state, event)
        chance = (seed * 2_654_435_761 + number * 40_503) >> 7 & 15
        if chance < 4:
            assert_as_anew(state, words=chance == 0)
        elif chance < 6:
            state = resumed(state)
    assert_as_anew(state)


@LAWS
@given(told_and_arriving(), SEEDS, st.integers(0, 100))
def test_two_futures_of_one_state_do_not_disturb_each_other(told: Told, seed: int, percent: int) -> None:
    here = len(told[1]) * percent // 100
    before = initial()
    for event in told[1][:here]:
        before = evolve(before, event)
    standing = encode_patient(before), facts(before)
    for order in (told[1][here:], shuffled(told[1][here:], seed), told[0]):
        state = before
        for event in order:
            state = evolve(state, event)
            decide(before, state)
        assert_as_anew(state)
    assert (encode_patient(before), facts(before)) == standing
    assert_as_anew(before)


@LAWS
@given(told_and_arriving(), st.integers(1, 9))
def test_the_facts_that_stand_are_what_was_published_and_not_withdrawn(told: Told, size: int) -> None:
    state, standing = initial(), {}
    for begin in range(0, len(told[1]), size):
        before = state
        for event in told[1][begin : begin + size]:
            state = evolve(state, event)
        for change in decide(before, state):
            if change.change == "published":
                assert change.fact.fact_id not in standing
                standing[change.fact.fact_id] = change.fact
            else:
                assert standing.pop(change.fact.fact_id) == change.fact
        assert standing == {fact.fact_id: fact for fact in facts(anew(state))}
