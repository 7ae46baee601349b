import random
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.settings import Settings
from infra.merging import carry_out_merges, survivors_of

PAIRS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=8)


def test_chains_of_merges_end_at_their_smallest_key() -> None:
    assert survivors_of([("c", "d"), ("b", "c"), ("x", "y")]) == {
        "b": "b",
        "c": "b",
        "d": "b",
        "x": "x",
        "y": "x",
    }


@given(PAIRS, st.randoms())
@settings(max_examples=60)
def test_the_order_in_which_merges_are_said_changes_nothing(
    pairs: list[tuple[str, str]], dice: random.Random
) -> None:
    shuffled = [pair if dice.random() < 0.5 else (pair[1], pair[0]) for pair in pairs]
    dice.shuffle(shuffled)
    assert survivors_of(shuffled) == survivors_of(pairs)


@given(PAIRS)
@settings(max_examples=60)
def test_people_of_one_merge_have_one_survivor_who_survives_himself(pairs: list[tuple[str, str]]) -> None:
    found = survivors_of(pairs)
    assert all(found[one] == found[other] <= min(one, other) for one, other in pairs)
    assert all(found[survivor] == survivor for survivor in found.values())


def test_without_merges_nothing_is_moved_and_no_broker_is_asked(at_home: Callable[..., Settings]) -> None:
    assert carry_out_merges(at_home(broker="127.0.0.1:1")) == 0
