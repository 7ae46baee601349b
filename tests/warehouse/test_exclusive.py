"""One refresh of a home at a time."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from filelock import Timeout

from warehouse.exclusive import one_refresh_at_a_time
from warehouse.refused import RefreshBusy

HOLDER = """
import sys, time
from pathlib import Path
from warehouse.exclusive import one_refresh_at_a_time
with one_refresh_at_a_time(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_refresh_is_refused_and_the_first_ones_end_frees_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "marts" / "refresh.lock"
    with (
        one_refresh_at_a_time(lock),
        pytest.raises(RefreshBusy, match="Another refresh"),
        one_refresh_at_a_time(lock, 0),
    ):
        pass
    with one_refresh_at_a_time(lock):
        assert lock.stat().st_mode & 0o777 == 0o600


def test_who_has_to_wait_is_told_once_and_then_has_its_turn(tmp_path: Path) -> None:
    lock, told = tmp_path / "refresh.lock", []
    first = ExitStack()
    first.enter_context(one_refresh_at_a_time(lock))

    def waiting() -> None:
        told.append("waiting")
        first.close()

    with one_refresh_at_a_time(lock, 60, waiting), pytest.raises(RefreshBusy), one_refresh_at_a_time(lock, 0):
        pass
    assert told == ["waiting"]


def test_what_the_body_raises_is_not_taken_for_the_lock(tmp_path: Path) -> None:
    for problem in (BlockingIOError, Timeout):
        with pytest.raises(problem), one_refresh_at_a_time(tmp_path / "refresh.lock"):
            raise problem("another file")


def test_the_death_of_the_holder_frees_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "refresh.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(RefreshBusy), one_refresh_at_a_time(lock, 0):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with one_refresh_at_a_time(lock):
        pass
