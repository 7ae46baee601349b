"""Every order of every short history ends in the same bytes and the same standing facts."""

import itertools
import os
from collections import Counter
from collections.abc import Iterator

from afresh import anew, resumed
from alphabet import ALPHABET, short_histories
from patients import fold

from contracts import events
from contracts.events import Event
from streams.progression.codec import encode, encode_patient
from streams.progression.decisions import facts
from streams.progression.fold import decide, evolve
from streams.progression.state import PatientState, initial

HISTORIES = int(os.environ.get("LAWS_PERMUTED", "300"))
"""Short histories of which every order is tried; a nightly run sets thousands."""


def ends(state: PatientState, rest: tuple[Event, ...], way: int) -> Iterator[PatientState]:
    """The states after every order of the rest; orders that begin alike share their beginning.

    ``way`` says what becomes of the states on the way: nobody looks at them, somebody looks at each or at
    every second one, or they are written and read back.
    """
    for place, event in enumerate(rest):
        after = evolve(state, event)
        left = (*rest[:place], *rest[place + 1 :])
        if way == 1 or (way == 2 and len(rest) % 2):
            decide(state, after)
            encode(after)
        elif way == 3 and len(rest) == 3:
            after = resumed(after)
        if left:
            yield from ends(after, left, way)
        else:
            yield after


def test_every_order_of_every_short_history_gives_the_same_bytes_and_facts() -> None:
    tried = 0
    for number, history in enumerate(short_histories(HISTORIES)):
        letters = tuple(history.values())
        expected = anew(fold(letters))
        bytes_of_it, standing = encode_patient(expected), facts(expected)
        for end in ends(initial(), letters, number % 4):
            assert encode_patient(end) == bytes_of_it, (sorted(history), number % 4)
            assert facts(end) == standing, (sorted(history), number % 4)
            tried += 1
    assert tried > 100 * HISTORIES


def test_the_tree_of_orders_holds_every_permutation_once() -> None:
    letters = tuple(list(ALPHABET.values())[:4])
    found = [list(state.said) for state in ends(initial(), letters, 0)]
    assert found == [[each.event_id for each in order] for order in itertools.permutations(letters)]


def test_the_alphabet_has_every_type_of_event_and_each_letter_is_drawn() -> None:
    assert {type(event).__name__ for event in ALPHABET.values()} == set(events.EVENT_TYPES)
    drawn = Counter(letter for history in short_histories(300) for letter in history)
    assert {letter for letter in ALPHABET if drawn[letter] < 10} == set()
    assert max(len(history) for history in short_histories(300)) == 6


def test_the_histories_raise_every_kind_of_fact() -> None:
    kinds = {fact.kind for history in short_histories(300) for fact in facts(fold(history.values()))}
    assert kinds == {"track_opened", "stage_entered", "stage_overridden", "stop_raised"}
