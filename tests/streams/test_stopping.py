import threading

import pytest

from streams.stopping import StopLimit


def test_a_stop_that_takes_too_long_is_cut_short_with_a_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    codes: list[int] = []
    ended = threading.Event()

    def leave(code: int) -> None:
        codes.append(code)
        ended.set()

    limit = StopLimit(0.05, leave)
    limit.begin()
    limit.begin()
    assert ended.wait(10)
    assert codes == [0], "the stop was asked for, so it is no failure, and it is counted once"
    assert "was cut short. Nothing is lost" in capfd.readouterr().err


def test_nothing_is_cut_short_before_a_stop_is_asked_for() -> None:
    codes: list[int] = []
    StopLimit(0.0, codes.append)
    assert codes == []
