from collections.abc import Callable
from typing import Any

import pytest

from infra import refreshing
from infra.refusal import Refusal
from infra.verbs import refresh

Myomap = Callable[..., Any]


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[float]]:
    """Ends each round as said, and the third pause with Ctrl-C; tells how long the pauses were."""

    def play(*endings: Exception | dict[str, int]) -> list[float]:
        waiting, pauses = iter(endings), []

        def once(_settings: Any, _on_step: Any) -> dict[str, int]:
            ending = next(waiting)
            if isinstance(ending, Exception):
                raise ending
            return ending

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == len(endings):
                raise KeyboardInterrupt

        monkeypatch.setattr(refreshing, "refresh_once", once)
        monkeypatch.setattr(refresh.time, "sleep", pause)
        return pauses

    return play


def test_without_a_broker_a_refresh_is_refused_in_one_sentence(myomap: Myomap) -> None:
    said = myomap("refresh", "--broker", "127.0.0.1:1")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("myomap: No Kafka answers at 127.0.0.1:1 ")


def test_a_refusal_is_said_and_the_next_round_comes_after_the_pause(
    myomap: Myomap, rounds: Callable[..., list[float]]
) -> None:
    pauses = rounds(Refusal("The disk is full."), {"release": 2})
    said = myomap("refresh", "--every", "30")
    assert said.err.startswith("Not refreshed, trying again in 30 s: The disk is full.\n")
    assert said.out == "Released: release 2\n"
    assert (said.code, pauses) == (130, [30, 30])


def test_what_nobody_foresaw_ends_it(myomap: Myomap, rounds: Callable[..., list[float]]) -> None:
    pauses = rounds(ZeroDivisionError("by nothing"))
    said = myomap("refresh", "--every", "30")
    assert (said.code, pauses) == (1, [])
    assert "something unforeseen happened" in said.err
