"""One process at a time: a lock that its holder's death sets free."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from warehouse.durable import writing
from warehouse.refused import RefreshBusy


@contextlib.contextmanager
def one_refresh_at_a_time(path: Path) -> Iterator[None]:
    """Hold the lock file; raises ``RefreshBusy`` while another process does."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as problem:
        raise RefreshBusy(
            f"Another refresh of {path.parent.parent} is running. Wait for it; its release will be the "
            "current one."
        ) from problem
    finally:
        os.close(handle)
