"""How a worker ends after a failure: at once, with one clear line; a killed worker loses nothing either."""

import errno
import os
import sqlite3
import sys
import traceback
from typing import Final, NoReturn

from contracts.settings import SettingsError
from streams.batch import FromTheFuture
from streams.compacted import NotReadable
from streams.owned import Stalled
from streams.position import StoreRefused
from streams.producing import PublishFailed
from streams.readiness import NotReady
from streams.store import Fenced

EXPECTED: Final = (
    Fenced,
    FromTheFuture,
    NotReadable,
    NotReady,
    PublishFailed,
    SettingsError,
    Stalled,
    StoreRefused,
)
"""Failures whose message is written for people."""
_DISK_OF_SQLITE: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_DISK_OF_THE_SYSTEM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def sentence(reason: BaseException) -> str:
    """The line that says why the worker ends."""
    if isinstance(reason, EXPECTED):
        return str(reason)
    if of_the_disk(reason):
        return (
            f"The disk of this host does not take what the worker writes ({reason}). Nothing is lost: what "
            "was committed is safe, the rest is read again. Make room on the disk, then start it again."
        )
    return (
        f"The worker met an error that it does not know ({type(reason).__name__}: {reason}) and stops, so "
        "that nothing is skipped. The states are safe; the lines above say where it was. Start it again, and "
        "report the error if it repeats."
    )


def of_the_disk(reason: BaseException) -> bool:
    """Whether a full or failing disk is the reason."""
    if isinstance(reason, sqlite3.Error):
        return getattr(reason, "sqlite_errorcode", 0) & 0xFF in _DISK_OF_SQLITE
    return isinstance(reason, OSError) and reason.errno in _DISK_OF_THE_SYSTEM


def leave(reason: BaseException) -> NoReturn:
    """Say why, then end the process with exit code 1 without waiting for anything.

    Faust would stay alive and idle after some failures, so it is not asked to shut down.
    """
    out = sys.__stderr__ or sys.stderr
    if not isinstance(reason, EXPECTED):
        traceback.print_exception(reason, file=out)
    print(f"myomap stream: {sentence(reason)}", file=out, flush=True)
    os._exit(1)
