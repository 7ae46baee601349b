"""The fold on one long episode: an event in its order, an event a month late, and the whole again."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from contracts.events import Event
from infra.benchmarks.long_episode import long_episode
from streams.progression.codec import decode, encode
from streams.progression.fold import decide, evolve
from streams.progression.state import PatientState, initial

LATE: Final = timedelta(days=30)
ROUNDS: Final = 5


@dataclass(frozen=True)
class FoldTimes:
    """Seconds for one event, each the least of a few rounds; ``detail_bytes`` of the stored episode."""

    in_order: float
    late: float
    refold: float
    detail_bytes: int


def fold_times(events: int, rounds: int = ROUNDS) -> FoldTimes:
    """The last so many events of the episode in their order; as many that come a month late; refolds."""
    said = long_episode()
    in_order = min(_in_order(said[:-events], said[-events:]) for _ in range(rounds))
    late, rest = late_ones(said, events)
    return FoldTimes(
        in_order=in_order / events,
        late=min(_late(rest, late) for _ in range(rounds)) / len(late),
        refold=min(_refold(said) for _ in range(rounds)),
        detail_bytes=sum(len(detail) for _, detail in encode(_folded(said))[1].values()),
    )


def step(state: PatientState, event: Event) -> PatientState:
    """What one event costs on a state that is held: evolve, the difference in facts, the changed rows."""
    after = evolve(state, event)
    decide(state, after)
    encode(after)
    return after


def _in_order(before: Sequence[Event], events: Sequence[Event]) -> float:
    held = _held(before)

    def work() -> None:
        state = held
        for event in events:
            state = step(state, event)

    return _seconds(work)


def late_ones(said: Sequence[Event], events: int) -> tuple[list[Event], list[Event]]:
    """Events of a month before the last one, and all but them."""
    until = said[-1].occurred_at - LATE
    late = [event for event in said if event.occurred_at <= until][-events:]
    taken = {event.event_id for event in late}
    return late, [event for event in said if event.event_id not in taken]


def _late(rest: Sequence[Event], late: Sequence[Event]) -> float:
    """Each of the late ones comes to a state that has gone on without it."""
    held = _held(rest)

    def work() -> None:
        state = held
        for event in late:
            state = step(state, event)

    return _seconds(work)


def _refold(said: Sequence[Event]) -> float:
    """The episode from its stored bytes to its stored bytes."""
    row, episodes = encode(_folded(said))
    details = {name: detail for name, (_, detail) in episodes.items()}
    return _seconds(lambda: encode(decode(row, details)))


def _held(events: Sequence[Event]) -> PatientState:
    state = _folded(events)
    encode(state)
    return step(_folded(events[:-1]), events[-1]) if len(events) > 1 else state


def _folded(events: Sequence[Event]) -> PatientState:
    state = initial()
    for event in events:
        state = evolve(state, event)
    return state


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
