"""How a process under test tells when it began and when it was done: one line of JSON each."""

import json
import sys
import time
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Moment:
    """``clock`` in seconds since 1970, ``cpu`` the seconds of processor time that the process had by then."""

    clock: float
    cpu: float


class Meter:
    """Says ``began`` with the first event that is handed to the fold, and ``ended`` when all is done."""

    def __init__(self) -> None:
        self._begun = False

    def begin(self) -> None:
        """Note the beginning; only the first call counts."""
        if not self._begun:
            self._begun = True
            _say("began")

    def end(self) -> None:
        """Note the end."""
        _say("ended")


def moments(lines: list[str]) -> dict[str, Moment]:
    """What a process said, by word; other lines are passed over."""
    found = {}
    for line in lines:
        if line.startswith('{"meter"'):
            said = json.loads(line)
            found[said["meter"]] = Moment(said["clock"], said["cpu"])
    return found


def _say(word: str) -> None:
    moment = Moment(time.time(), time.process_time())
    sys.stdout.write(json.dumps({"meter": word} | asdict(moment)) + "\n")
    sys.stdout.flush()
