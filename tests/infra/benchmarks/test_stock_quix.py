"""Quix Streams itself is in no environment of ours; ``make bench`` runs the whole of it."""

from typing import Any

from contracts import events
from infra.benchmarks.long_episode import long_episode
from infra.benchmarks.meter import Meter
from infra.benchmarks.one_value import bytes_of
from infra.benchmarks.stock_quix import VALUE, Folding


class State(dict[str, bytes]):
    """What Quix hands to a stateful function, for one key."""

    def get_bytes(self, name: str) -> bytes | None:
        return self.get(name)

    def set_bytes(self, name: str, value: bytes) -> None:
        self[name] = value


def test_every_event_leaves_its_state_stored_and_the_last_one_stops_the_program() -> None:
    said, state, stopped = long_episode()[:40], State(), list[bool]()
    folding = Folding(Meter(), len(said), lambda: stopped.append(True))
    for number, event in enumerate(said):
        assert not stopped
        folding(events.encode(event), b"key", 0, None, state)
        assert bytes_of(_held(folding)) == state[VALUE], number
    assert stopped == [True]


def test_a_fresh_program_goes_on_with_what_is_stored() -> None:
    said, state = long_episode()[:40], State()
    whole = Folding(Meter(), 100, lambda: None)
    for event in said:
        whole(events.encode(event), b"key", 0, None, state)
    parts = State()
    for part in (said[:20], said[20:]):
        fresh = Folding(Meter(), 100, lambda: None)
        for event in part:
            fresh(events.encode(event), b"key", 0, None, parts)
    assert parts == state


def _held(folding: Folding) -> Any:
    return folding._held[b"key"]
