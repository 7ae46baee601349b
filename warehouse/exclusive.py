"""One process at a time: a lock that its holder's death sets free."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from filelock import BaseFileLock, FileLock, Timeout

from warehouse.durable import writing
from warehouse.refused import RefreshBusy

PATIENCE_S: Final = 600.0


@contextlib.contextmanager
def one_refresh_at_a_time(
    path: Path, patience_s: float = PATIENCE_S, on_wait: Callable[[], None] | None = None
) -> Iterator[None]:
    """Hold the lock file; wait for it at most ``patience_s`` seconds, then raise ``RefreshBusy``.

    ``on_wait`` is called once when another process holds it.
    """
    busy = RefreshBusy(
        f"Another refresh of {path.parent.parent} has not ended within {patience_s / 60:.0f} "
        "minutes. Look at what 'myomap status' shows, end what hangs, then run: myomap refresh"
    )
    with one_at_a_time(path, patience_s, busy, on_wait):
        yield


@contextlib.contextmanager
def one_at_a_time(
    path: Path, patience_s: float, busy: RefreshBusy, on_wait: Callable[[], None] | None = None
) -> Iterator[None]:
    """Hold the lock file; where another holds it longer than ``patience_s`` seconds, raise ``busy``."""
    lock = FileLock(path, patience_s, mode=0o600, fallback_to_soft=False)
    if not _taken(lock, path, blocking=False):
        if on_wait is not None:
            on_wait()
        if not _taken(lock, path, blocking=True):
            raise busy
    try:
        yield
    finally:
        lock.release()


def _taken(lock: BaseFileLock, path: Path, blocking: bool) -> bool:
    with writing(path):
        try:
            lock.acquire(blocking=blocking)
        except Timeout:
            return False
    return True
