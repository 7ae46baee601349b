"""Doors of one home take turns, and say so when one does not come."""

import subprocess
import sys
from pathlib import Path

import pytest

from ingest.errors import DoorError
from ingest.exclusive import exclusively, give_way

HOLDER = """
import sys
from pathlib import Path
from ingest.exclusive import exclusively
with exclusively(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_waits_and_death_sets_the_lock_free(tmp_path: Path) -> None:
    lock = tmp_path / "door.lock"
    command = [sys.executable, "-c", HOLDER, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        with pytest.raises(DoorError, match="Another door of this home has held"), exclusively(lock, 0.05):
            raise AssertionError("two doors at once")
        holder.kill()
    with exclusively(lock, 5):
        give_way()
    with exclusively(lock, 0):
        assert lock.stat().st_mode & 0o777 == 0o600
