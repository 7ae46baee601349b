import errno
import sqlite3
import subprocess
import sys

import pytest

from streams.ending import EXPECTED, sentence
from streams.store import Fenced


@pytest.mark.parametrize("kind", EXPECTED)
def test_an_expected_failure_says_its_own_sentence(kind: type[Exception]) -> None:
    assert sentence(kind("Do this.")) == "Do this."


def test_an_unknown_failure_is_named_and_says_that_the_states_are_safe() -> None:
    said = sentence(ZeroDivisionError("division by zero"))
    assert "ZeroDivisionError: division by zero" in said
    assert "The states are safe" in said


def test_a_full_disk_is_said_to_be_one() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE states (state BLOB)")
    connection.execute("PRAGMA max_page_count = 3")
    with pytest.raises(sqlite3.OperationalError) as full:
        connection.execute("INSERT INTO states VALUES (zeroblob(100000))")
    assert "Make room on the disk" in sentence(full.value)
    assert "Make room on the disk" in sentence(OSError(errno.ENOSPC, "No space left on device"))
    assert "does not know" in sentence(OSError(errno.ECONNRESET, "Connection reset by peer"))
    assert "does not know" in sentence(sqlite3.OperationalError("no such table: states"))


def leave(failure: str) -> subprocess.CompletedProcess[str]:
    program = f"from streams.ending import leave\nfrom streams.store import Fenced\nleave({failure})"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)


def test_a_worker_leaves_with_one_line_and_exit_code_1() -> None:
    ended = leave("Fenced('Taken over.')")
    assert (ended.returncode, ended.stderr) == (1, "myomap stream: Taken over.\n")
    assert Fenced in EXPECTED


def test_an_unknown_failure_leaves_its_trace_above_the_line() -> None:
    ended = leave("ValueError('odd')")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[0] == "ValueError: odd"
    assert ended.stderr.splitlines()[-1].startswith("myomap stream: The worker met an error")
