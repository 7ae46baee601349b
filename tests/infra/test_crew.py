"""Workers under one parent; what they run is small here, but for one test with a broker."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from contracts.settings import Settings, settings_from
from infra.connection import environment_of
from infra.crew import Crew, Patience, Seat, seats
from infra.ports import free_ports, is_free
from infra.refusal import Refusal

QUICK = Patience(first=0.05, longest=0.2, steady=60.0, attempts=4)
WAITS = """
import pathlib, signal, sys, time
def note(word): pathlib.Path(sys.argv[1]).open('a').write(word + '\\n')
def end(*_): note('ended of itself'); sys.exit(0)
signal.signal(signal.SIGTERM, end)
note('begun')
time.sleep(300)
"""
ENDS = "import pathlib, sys; pathlib.Path(sys.argv[1]).open('a').write('begun\\n'); sys.exit(1)"


def seat(name: str, program: str, note: Path) -> Seat:
    return Seat(name, (sys.executable, "-c", program, str(note)), {})


@pytest.fixture
def running() -> Iterator[Callable[[Crew], threading.Thread]]:
    """Runs crews in threads; all are stopped at the end."""
    crews: list[tuple[Crew, threading.Thread]] = []

    def run(crew: Crew) -> threading.Thread:
        thread = threading.Thread(target=crew.run)
        thread.start()
        crews.append((crew, thread))
        return thread

    yield run
    for crew, thread in crews:
        crew.stop()
        thread.join(30)


def begun(note: Path) -> int:
    return len(note.read_text().splitlines()) if note.exists() else 0


def wait_until(fulfilled: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not fulfilled():
        assert time.monotonic() < until, "it did not come about within a minute"
        time.sleep(0.05)


def children_with(word: str) -> list[psutil.Process]:
    found = []
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if word in each.cmdline():
                found.append(each)
    return found


def test_all_workers_run_until_the_crew_is_stopped_and_none_is_left(
    tmp_path: Path, running: Callable[[Crew], threading.Thread]
) -> None:
    notes = [tmp_path / "one", tmp_path / "two"]
    crew = Crew([seat(each.name, WAITS, each) for each in notes], print, QUICK)
    thread = running(crew)
    wait_until(lambda: [begun(each) for each in notes] == [1, 1])
    crew.stop()
    thread.join(30)
    assert not thread.is_alive()
    assert [each.read_text().splitlines()[-1] for each in notes] == ["ended of itself"] * 2
    assert [child for each in notes for child in children_with(str(each))] == []


def test_a_worker_that_dies_is_named_and_started_again_while_the_others_go_on(
    tmp_path: Path, running: Callable[[Crew], threading.Thread]
) -> None:
    notes = [tmp_path / "one", tmp_path / "two"]
    said: list[str] = []
    crew = Crew([seat(each.name, WAITS, each) for each in notes], said.append, QUICK)
    running(crew)
    wait_until(lambda: [begun(each) for each in notes] == [1, 1])
    for each in children_with(str(notes[1])):
        if "infra.leash" not in each.cmdline():
            each.kill()
    wait_until(lambda: begun(notes[1]) == 2)
    assert begun(notes[0]) == 1
    assert said == ["two ended with exit code 137; it is started again in 0 s."]


def test_a_worker_that_cannot_run_ends_all_and_says_which_and_how_often(tmp_path: Path) -> None:
    said: list[str] = []
    waits, ends = tmp_path / "waits", tmp_path / "ends"
    crew = Crew([seat("waits", WAITS, waits), seat("ends", ENDS, ends)], said.append, QUICK)
    with pytest.raises(Refusal, match=r"^ends ended 4 times in a row, the last time with exit code 1; "):
        crew.run()
    assert begun(ends) == 4
    assert len(said) == 3
    assert children_with(str(waits)) == []


def test_pauses_grow_up_to_a_cap(tmp_path: Path) -> None:
    said: list[str] = []
    patience = Patience(first=1.0, longest=4.0, attempts=6)
    crew = Crew([seat("ends", ENDS, tmp_path / "ends")], said.append, patience)
    (member,) = crew._members
    for now in range(5):
        crew._take_leave(member, float(now))
    assert [line.rpartition(" in ")[2] for line in said] == ["1 s.", "2 s.", "4 s.", "4 s.", "4 s."]
    member.started_at = -100.0
    crew._take_leave(member, 0.0)
    assert said[-1].endswith("in 1 s."), "one that ran for long begins anew"


def test_each_worker_has_a_port_and_so_a_name_of_its_own_and_the_same_home(
    at_home: Callable[..., Settings],
) -> None:
    port = next(each for each in free_ports(20) if is_free("127.0.0.1", each + 1))
    given = at_home(worker_port=port)
    found = [settings_from(dict(each.environment)) for each in seats(given, 2)]
    assert [each.worker_port for each in found] == [port, port + 1]
    assert {each.home for each in found} == {given.home}
    assert {each.workers for each in found} == {1}


def test_a_taken_port_is_refused_with_the_worker_that_wanted_it(
    at_home: Callable[..., Settings], taken_port: int
) -> None:
    with pytest.raises(Refusal, match=rf"^Port {taken_port}, for the stream worker 2, is in use"):
        seats(at_home(worker_port=taken_port - 1), 2)


@pytest.mark.broker
@pytest.mark.timeout(180)
def test_two_real_workers_share_the_partitions_and_stop_with_their_parent(
    kafka_settings: Callable[..., Settings], clean_topics: Callable[..., None], tmp_path: Path
) -> None:
    clean_topics(partitions=4)
    port = next(each for each in free_ports(20) if is_free("127.0.0.1", each + 1))
    given = kafka_settings(worker_port=port)
    command = [sys.executable, "-m", "infra.cli", "stream", "--workers", "2"]
    with (tmp_path / "log").open("wb") as log:
        parent = subprocess.Popen(command, env=os.environ | environment_of(given), stdout=log, stderr=log)
    try:
        wait_until(lambda: [len(owned(port)), len(owned(port + 1))] == [2, 2])
        assert sorted(owned(port) + owned(port + 1)) == [0, 1, 2, 3]
        family = psutil.Process(parent.pid).children(recursive=True)
        parent.send_signal(signal.SIGTERM)
        assert parent.wait(30) == 0
        assert [each for each in family if each.is_running()] == []
    finally:
        parent.kill()
        parent.wait()
    assert "Traceback" not in (tmp_path / "log").read_text()


def owned(port: int) -> Sequence[int]:
    try:
        said: dict[str, Any] = httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).json()
    except httpx.HTTPError:
        return []
    return list(said["partitions"]) if said["ready"] else []
