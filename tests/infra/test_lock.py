"""The lock between real processes."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from infra.lock import LockTaken, locked

ROOT = Path(__file__).parents[2]
HOLDER = (
    "import sys, time; from pathlib import Path; from infra.lock import locked\n"
    "with locked(Path(sys.argv[1])):\n"
    "    print('held', flush=True); time.sleep(300)"
)


def hold(path: Path) -> "subprocess.Popen[str]":
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_one_process_at_a_time_and_its_death_sets_it_free(tmp_path: Path) -> None:
    path = tmp_path / "start.lock"
    holder = hold(path)
    with pytest.raises(LockTaken, match=r"start\.lock"), locked(path):
        pass
    holder.kill()
    holder.wait()
    with locked(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_the_patient_get_it_when_it_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "start.lock"
    holder = hold(path)
    threading.Timer(0.3, holder.kill).start()
    with locked(path, patience_s=30):
        pass
    holder.wait()


def test_an_error_inside_lets_it_go(tmp_path: Path) -> None:
    with pytest.raises(KeyError), locked(tmp_path / "lock"):
        raise KeyError
    with locked(tmp_path / "lock"):
        pass


def test_waiting_ends(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "lock"),
        pytest.raises(LockTaken),
        locked(tmp_path / "lock", patience_s=0.2),
    ):
        pass
