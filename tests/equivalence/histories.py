"""Makes up histories of one patient, with every kind of event and every way of coming wrong.

A history is some courses of care (``courses.py``) and strays (``strays.py``), in the order in which they
were made up; ``arrivals`` says in which order, and how often, they come.
"""

import os
import random
from collections.abc import Sequence
from typing import Any

from courses import RULES, course, episode_of
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from patients import Patient
from strays import stray

from contracts.events import Event

EXAMPLES = int(os.environ.get("LAWS_EXAMPLES", "200"))
"""Examples per law; a nightly run sets many more, and then they are others in each run."""

LAWS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES <= 200,
    database=None,
    suppress_health_check=list(HealthCheck),
)

BEGINS = st.sampled_from([0.0, 0.0, 1.0, 14.0, 30.0, 90.0])
SEEDS = st.integers(0, 10_000)


@st.composite
def histories(draw: st.DrawFn, name: str = "anyone", rules: Any = RULES) -> list[Event]:
    """The events of one patient, in the order in which they were made up; ``rules`` draws policies."""
    patient = Patient(name)
    begin = 0.0
    for word in ("first", "second", "third")[: draw(st.sampled_from([0, 1, 1, 1, 1, 2, 2, 3]))]:
        draw(course(patient, episode_of(patient, word), begin, rules))
        begin = draw(BEGINS)
    for _ in range(draw(st.integers(0, 12))):
        draw(stray(patient))
    return [event for _, event in patient.said]


@st.composite
def arrivals(draw: st.DrawFn, said: list[Event]) -> list[Event]:
    """The events as they may come: in time, some of them late, from the end, or in any order; some twice."""
    dice = random.Random(draw(SEEDS))
    way = draw(st.sampled_from(["as told", "in time", "some late", "some late", "backwards", "mixed"]))
    come = list(said) if way == "as told" else in_time(said)
    if way == "some late":
        come = delayed(come, dice, draw(st.integers(1, 5)))
    elif way == "backwards":
        come.reverse()
    elif way == "mixed":
        dice.shuffle(come)
    for _ in range(draw(st.sampled_from([0, 0, 2])) if come else 0):
        come.insert(dice.randint(0, len(come)), dice.choice(said))
    return come


def in_time(said: list[Event]) -> list[Event]:
    """The events by their time."""
    return sorted(said, key=lambda event: event.occurred_at)


def delayed(come: list[Event], dice: random.Random, late: int) -> list[Event]:
    """The same events, some of them after others that they came before."""
    come = list(come)
    for _ in range(min(late, len(come) // 2)):
        here = dice.randrange(len(come))
        come.insert(min(len(come), here + dice.randint(1, 12)), come.pop(here))
    return come


def shuffled(said: list[Event], number: int) -> list[Event]:
    """The same events in another order."""
    mixed = list(said)
    random.Random(number).shuffle(mixed)
    return mixed


@st.composite
def told_and_arriving(draw: st.DrawFn, name: str = "anyone") -> tuple[list[Event], list[Event]]:
    """A history, and an order in which it comes."""
    said = draw(histories(name))
    return said, draw(arrivals(said))


def merged(several: Sequence[list[Event]], number: int) -> list[Event]:
    """The events of several patients in one log; each patient's own order holds."""
    dice = random.Random(number)
    turns = [number for number, said in enumerate(several) for _ in said]
    dice.shuffle(turns)
    left = [iter(said) for said in several]
    return [next(left[number]) for number in turns]


def many(number: int, length: int = 80) -> list[tuple[list[Event], list[Event]]]:
    """Histories of so many patients (of at most so many events) with an order in which each comes."""
    return [_longest_of_a_few(f"patient {each}", length) for each in range(number)]


def _longest_of_a_few(name: str, length: int) -> tuple[list[Event], list[Event]]:
    found: list[tuple[list[Event], list[Event]]] = []

    @seed(int.from_bytes(name.encode(), "big"))
    @settings(LAWS, max_examples=6, derandomize=False, phases=[Phase.generate])
    @given(told_and_arriving(name))
    def look(told: tuple[list[Event], list[Event]]) -> None:
        if len(told[1]) <= length:
            found.append(told)

    look()
    return max(found, key=lambda told: len(told[1]))
