"""A stop that was asked for comes to an end, also where something waits for a broker that is away."""

import os
import sys
import threading
from collections.abc import Callable
from typing import Final

STOP_SECONDS: Final = 15.0
"""How long a stop may take before it is cut short: a killed worker loses nothing either."""


class StopLimit:
    """Ends the process ``seconds`` after ``begin``; exit code 0, because the stop was asked for."""

    def __init__(self, seconds: float = STOP_SECONDS, leave: Callable[[int], None] = os._exit) -> None:
        self._seconds = seconds
        self._leave = leave
        self._timer: threading.Timer | None = None

    def begin(self) -> None:
        """Start to count; only the first call does."""
        if self._timer is None:
            self._timer = threading.Timer(self._seconds, self._end)
            self._timer.daemon = True
            self._timer.start()

    def _end(self) -> None:
        print(
            f"myomap stream: The stop took longer than {self._seconds:.0f} s, perhaps because the broker "
            "does not answer, and was cut short. Nothing is lost; what is not published yet goes out at the "
            "next start.",
            file=sys.__stderr__ or sys.stderr,
            flush=True,
        )
        self._leave(0)
