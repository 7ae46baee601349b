"""A whole history in one go gives the state that its events give one by one, also in parts."""

from histories import LAWS, told_and_arriving
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import Event
from streams.progression.codec import encode
from streams.progression.decisions import facts
from streams.progression.fold import evolve, evolve_all
from streams.progression.state import PatientState, initial


def one_by_one(come: list[Event]) -> PatientState:
    state = initial()
    for event in come:
        state = evolve(state, event)
    return state


@LAWS
@given(told_and_arriving(), st.integers(0, 100))
def test_a_history_in_one_go_is_the_same_as_one_by_one(
    told: tuple[list[Event], list[Event]], percent: int
) -> None:
    _, come = told
    expected = one_by_one(come)
    assert evolve_all(initial(), come) == expected
    cut = len(come) * percent // 100
    half = evolve_all(initial(), come[:cut])
    facts(half)  # from here on the state is extended
    whole = evolve_all(half, come[cut:])
    assert whole == expected
    assert encode(whole) == encode(expected)
