"""Notes about real processes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from infra.running import Running, read_json, write_json

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('up', flush=True); time.sleep(300)"
)


@pytest.fixture
def note(tmp_path: Path) -> Running:
    return Running(tmp_path / "running.json")


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(["sleep", "300"])
    yield process
    process.kill()
    process.wait()


def test_nothing_is_known_before_it_is_noted(note: Running) -> None:
    assert note.facts() is None
    assert note.process() is None
    assert note.end(1) is False


def test_a_process_is_found_again_with_its_facts(note: Running, sleeper: "subprocess.Popen[bytes]") -> None:
    note.remember(sleeper.pid, port=9092)
    found, facts = note.process(), note.facts()
    assert found is not None
    assert facts is not None
    assert (found.pid, facts["port"]) == (sleeper.pid, 9092)


def test_another_process_with_the_same_number_is_not_taken_for_it(
    note: Running, sleeper: "subprocess.Popen[bytes]"
) -> None:
    note.remember(sleeper.pid)
    facts = note.facts()
    assert facts is not None
    write_json(note.path, facts | {"created": facts["created"] - 3600})
    assert note.process() is None
    assert note.end(1) is False
    assert sleeper.poll() is None
    assert note.facts() is None


def test_a_process_that_ended_is_gone_even_before_its_parent_noticed(note: Running) -> None:
    process = subprocess.Popen(["sleep", "300"])
    note.remember(process.pid)
    process.kill()
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        pass
    assert note.process() is None
    process.wait()
    assert note.process() is None


def test_ending_takes_the_children_along_and_forgets(note: Running) -> None:
    shell = subprocess.Popen(["sh", "-c", "sleep 300 & echo $!; wait"], stdout=subprocess.PIPE, text=True)
    assert shell.stdout is not None
    child = psutil.Process(int(shell.stdout.readline()))
    note.remember(shell.pid)
    assert note.end(0.5) is True
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert note.facts() is None
    shell.wait()


def test_one_that_does_not_listen_is_made_to_end(note: Running) -> None:
    stubborn = subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, text=True)
    assert stubborn.stdout is not None
    assert stubborn.stdout.readline() == "up\n"
    note.remember(stubborn.pid)
    assert note.end(0.2) is True
    assert not psutil.pid_exists(stubborn.pid)


def test_this_very_process_can_be_noted(note: Running) -> None:
    note.remember()
    found = note.process()
    assert found is not None
    assert found.pid == psutil.Process().pid


def test_a_note_is_written_in_one_step(tmp_path: Path) -> None:
    write_json(tmp_path / "facts.json", {"one": 1})
    assert read_json(tmp_path / "facts.json") == {"one": 1}
    assert [each.name for each in tmp_path.iterdir()] == ["facts.json"]
    assert read_json(tmp_path / "nothing.json") is None
