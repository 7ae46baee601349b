"""One door at a time: a lock file that doors of one home share and that a process's death sets free."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from ingest.errors import DoorError

PATIENCE_S: Final = 60.0
PAUSE_S: Final = 0.003


@contextlib.contextmanager
def exclusively(path: Path, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Hold the lock file; wait for it at most ``patience_s`` seconds, then raise ``DoorError``."""
    lock = FileLock(path, patience_s, mode=0o600, poll_interval=PAUSE_S, fallback_to_soft=False)
    try:
        held = lock.acquire()
    except Timeout as taken:
        raise DoorError(
            f"Another door of this home has held {path} for {patience_s:.0f} s. "
            "Look at what 'myomap status' shows, end what hangs, then repeat the call."
        ) from taken
    with held:
        yield


def give_way() -> None:
    """Leave another door the time to take its turn."""
    time.sleep(2 * PAUSE_S)
