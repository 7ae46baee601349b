from functools import reduce

from contracts import events
from infra.benchmarks.long_episode import long_episode
from infra.benchmarks.one_value import bytes_of, folded, state_of
from streams.progression.codec import encode_patient
from streams.progression.fold import decide, evolve
from streams.progression.state import initial


def test_folding_event_by_event_through_stored_values_is_the_same_fold() -> None:
    said = long_episode()[:120]
    value, published = None, 0
    for number, event in enumerate(said):
        value, changes = folded(value, events.encode(event))
        published += len(changes)
        if number % 7 == 0:  # as after a restart: only the bytes are there
            value = bytes_of(value)
    straight = reduce(evolve, said, initial())
    assert value is not None
    assert bytes_of(value) == encode_patient(straight)
    assert published >= len(decide(initial(), straight)) > 0


def test_a_value_that_was_used_before_is_not_decoded_again() -> None:
    state = reduce(evolve, long_episode()[:5], initial())
    assert state_of(state) is state
    assert state_of(bytes_of(state)).said == state.said
