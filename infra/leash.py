"""Runs a command that dies with the process that asked for it: ``python -m infra.leash COMMAND …``.

Even a parent that is killed outright leaves nothing behind: the leash notices and ends the whole
process group of its command. It imports nothing heavy, because one leash runs beside each service.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final

LOOK_EVERY_S: Final = 0.25
GRACE_S: Final = 20.0
_PR_SET_PDEATHSIG: Final = 1


def leashed(command: list[str]) -> list[str]:
    """The command line that runs ``command`` on a leash held by the calling process."""
    return [sys.executable, "-m", "infra.leash", *command]


def run(command: list[str]) -> int:
    """Run ``command`` until it ends, a signal says so, or the parent is gone; return its exit status."""
    parent = os.getppid()
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    child = subprocess.Popen(command, start_new_session=True, preexec_fn=_die_with_the_leash())
    ended = threading.Event()
    threading.Thread(target=_note_end, args=(child, ended), daemon=True).start()
    while not ended.wait(LOOK_EVERY_S):
        if stopping.is_set() or os.getppid() != parent:
            _end_group(child, ended)
    # What the command itself left in its group goes with it.
    _signal_group(child.pid, signal.SIGKILL)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _note_end(child: "subprocess.Popen[bytes]", ended: threading.Event) -> None:
    child.wait()
    ended.set()


def _end_group(child: "subprocess.Popen[bytes]", ended: threading.Event) -> None:
    _signal_group(child.pid, signal.SIGTERM)
    if not ended.wait(GRACE_S):
        _signal_group(child.pid, signal.SIGKILL)
        ended.wait()


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return  # it ended on its own, which is what the signal was for


def _die_with_the_leash() -> Callable[[], None] | None:
    """What makes Linux kill the command when even the leash is killed; elsewhere None."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    return arrange


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("infra.leash: name the command to run: python -m infra.leash COMMAND …")
    sys.exit(run(sys.argv[1:]))
