"""One refresh of a home at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

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
        one_refresh_at_a_time(lock),
    ):
        pass
    with one_refresh_at_a_time(lock):
        pass


def test_the_death_of_the_holder_frees_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "refresh.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(RefreshBusy), one_refresh_at_a_time(lock):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with one_refresh_at_a_time(lock):
        pass
