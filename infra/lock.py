"""A lock that one process holds at a time and that its death sets free."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path


class LockTaken(Exception):
    """Another process holds the lock."""


@contextlib.contextmanager
def locked(path: Path, patience_s: float = 0.0) -> Iterator[None]:
    """Hold the lock file; wait for it at most ``patience_s`` seconds, then raise ``LockTaken``."""
    until = time.monotonic() + patience_s
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _try(handle):
            if time.monotonic() > until:
                raise LockTaken(str(path))
            time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
