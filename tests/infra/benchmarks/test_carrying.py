import sys
from pathlib import Path

import pytest

from contracts.settings import Home, Settings
from infra.benchmarks.carrying import Failed, Process, Took, module, took
from infra.benchmarks.cores import Cores

METERED = "from infra.benchmarks.meter import Meter; meter = Meter(); meter.begin(); {}; meter.end()"


def started(folder: Path, program: str) -> Process:
    command = [sys.executable, "-c", program]
    return Process(command, Settings(Home(folder)), Cores(None, None), folder)


def test_a_program_that_tells_both_moments_took_what_lies_between(tmp_path: Path) -> None:
    found = took(started(tmp_path, METERED.format("import time; time.sleep(0.2)")), 50)
    assert found.events == 50
    assert found.seconds >= 0.2
    assert found.cpu_seconds < found.seconds
    assert found.rate == 50 / found.seconds


def test_a_program_that_dies_is_a_failure_with_its_last_words(tmp_path: Path) -> None:
    process = started(tmp_path, "raise SystemExit('the broker is away')")
    with pytest.raises(Failed, match="the broker is away"):
        process.wait()


def test_waiting_for_something_ends_when_the_program_does(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="said nothing"):
        started(tmp_path, "pass").until(lambda: False, patience_s=30)


def test_a_program_that_is_asked_to_stop_stops(tmp_path: Path) -> None:
    process = started(tmp_path, "print('here', flush=True); import time; time.sleep(60)")
    process.until(lambda: "here" in (tmp_path / "out.txt").read_text())
    assert process.stop() < 30
    assert process.ended


def test_the_command_of_a_module() -> None:
    assert module("bare_loop", "here:1", 7, python="py") == [
        "py",
        "-m",
        "infra.benchmarks.bare_loop",
        "here:1",
        "7",
    ]
    assert Took(10, 2.0, 1.0).rate == 5.0
