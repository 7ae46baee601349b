"""Keeps a client library that repeats itself ten times a second from filling the log."""

import logging
import time
from collections.abc import Callable


class OncePer(logging.Filter):
    """Lets the same message through once per ``seconds``, whatever its details are."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._seconds = seconds
        self._clock = clock
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record goes to the log."""
        said = (record.name, str(record.msg))
        now = self._clock()
        if now - self._last.get(said, float("-inf")) < self._seconds:
            return False
        self._last[said] = now
        return True


def quieten(*names: str, seconds: float = 10.0) -> None:
    """Let each of these loggers repeat a message only every ``seconds``."""
    for name in names:
        logging.getLogger(name).addFilter(OncePer(seconds))
