"""How a worker ends after a failure: at once, with one clear line; a killed worker loses nothing either."""

import os
import sys
import traceback
from typing import Final, NoReturn

from streams.batch import FromTheFuture
from streams.outbox import PublishFailed
from streams.owned import Stalled
from streams.position import StoreRefused
from streams.readiness import NotReady
from streams.store import Fenced

EXPECTED: Final = (FromTheFuture, NotReady, PublishFailed, Stalled, StoreRefused, Fenced)
"""Failures whose message is written for people."""


def sentence(reason: BaseException) -> str:
    """The line that says why the worker ends."""
    if isinstance(reason, EXPECTED):
        return str(reason)
    return (
        f"The worker met an error that it does not know ({type(reason).__name__}: {reason}) and stops, so "
        "that nothing is skipped. The states are safe; the lines above say where it was. Start it again, and "
        "report the error if it repeats."
    )


def leave(reason: BaseException) -> NoReturn:
    """Say why, then end the process with exit code 1 without waiting for anything.

    Faust would stay alive and idle after some failures, so it is not asked to shut down.
    """
    out = sys.__stderr__ or sys.stderr
    if not isinstance(reason, EXPECTED):
        traceback.print_exception(reason, file=out)
    print(f"myomap stream: {sentence(reason)}", file=out, flush=True)
    os._exit(1)
