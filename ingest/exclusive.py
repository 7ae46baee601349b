"""One door at a time: a lock file that doors of one home share and that a process's death sets free."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ingest.errors import DoorError

PATIENCE_S: Final = 60.0
PAUSE_S: Final = 0.003


@contextlib.contextmanager
def exclusively(path: Path, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Hold the lock file; wait for it at most ``patience_s`` seconds, then raise ``DoorError``."""
    until = time.monotonic() + patience_s
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _taken(handle):
            if time.monotonic() > until:
                raise DoorError(
                    f"Another door of this home has held {path} for {patience_s:.0f} s. "
                    "Look at what 'myomap status' shows, end what hangs, then repeat the call."
                )
            time.sleep(PAUSE_S)
        yield
    finally:
        os.close(handle)


def give_way() -> None:
    """Leave another door the time to take its turn."""
    time.sleep(2 * PAUSE_S)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
