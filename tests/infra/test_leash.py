"""Real processes on a real leash: whoever is killed, the command does not stay behind."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from infra.leash import leashed

ROOT = Path(__file__).parents[2]
TWO_SLEEPERS = "sleep 300 & echo $$ $!; wait"
HOLDER = (
    "import subprocess, sys, time\n"
    "from infra.leash import leashed\n"
    f"subprocess.Popen(leashed(['sh', '-c', {TWO_SLEEPERS!r}]))\n"
    "time.sleep(300)"
)

Started = subprocess.Popen[str]


def start(*command: str) -> Started:
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def sleepers(started: Started) -> list[psutil.Process]:
    assert started.stdout is not None
    return [psutil.Process(int(pid)) for pid in started.stdout.readline().split()]


def all_gone(processes: list[psutil.Process], seconds: float = 120) -> bool:
    _, left = psutil.wait_procs(processes, timeout=seconds)
    return left == []


@pytest.fixture
def tidy() -> Iterator[list[psutil.Process]]:
    processes: list[psutil.Process] = []
    yield processes
    for each in processes:
        if each.is_running():
            each.kill()


def test_the_command_answers_with_its_own_exit_status() -> None:
    assert start(*leashed(["sh", "-c", "exit 3"])).wait(120) == 3
    assert start(*leashed(["sh", "-c", "kill -9 $$"])).wait(120) == 128 + 9


def test_a_signal_to_the_leash_ends_the_whole_group(tidy: list[psutil.Process]) -> None:
    leash = start(*leashed(["sh", "-c", TWO_SLEEPERS]))
    tidy += sleepers(leash)
    assert len(tidy) == 2
    leash.terminate()
    assert leash.wait(120) != 0
    assert all_gone(tidy)


def test_nothing_outlives_a_parent_that_is_killed(tidy: list[psutil.Process]) -> None:
    parent = start(sys.executable, "-c", HOLDER)
    tidy += sleepers(parent)
    assert all(each.is_running() for each in tidy)
    parent.kill()
    parent.wait()
    assert all_gone(tidy)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells a child that its parent died")
def test_the_command_dies_even_when_its_leash_is_killed(tidy: list[psutil.Process]) -> None:
    leash = start(*leashed(["sh", "-c", "echo $$; exec sleep 300"]))
    tidy += sleepers(leash)
    leash.kill()
    leash.wait()
    assert all_gone(tidy)


def test_what_a_command_leaves_in_its_group_goes_with_it(tidy: list[psutil.Process]) -> None:
    leash = start(*leashed(["sh", "-c", "sleep 300 >/dev/null & echo $!"]))
    tidy += sleepers(leash)
    assert leash.wait(120) == 0
    assert all_gone(tidy)


def test_a_leash_without_a_command_says_what_it_needs() -> None:
    done = subprocess.run(leashed([]), capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr == "infra.leash: name the command to run: python -m infra.leash COMMAND …\n"
