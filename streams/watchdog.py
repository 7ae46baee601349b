"""Ends a worker that stands still; looks from a thread, because a stuck loop cannot look at itself."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final, Protocol

from streams.owned import STALLED_SECONDS, Stalled

ASLEEP_SECONDS: Final = 10.0
"""A pause between two looks after which this process itself must have been stopped."""


@dataclass(frozen=True)
class Limits:
    """For how long what is wrong may last, and how often it is looked for; all in seconds."""

    blocked: float = 2 * STALLED_SECONDS
    not_flowing: float = 5 * STALLED_SECONDS
    nothing_assigned: float = STALLED_SECONDS
    look_every: float = 1.0
    probe_every: float = 5.0


USUAL: Final = Limits()


class Watched(Protocol):
    """What is watched of a worker; asked from another thread than the one that it works in."""

    def partitions(self) -> int:
        """How many partitions it was given."""

    def flowing(self) -> bool:
        """Whether records may flow to it: no rebalance is under way, and reading was started."""

    def progress(self) -> Hashable:
        """Changes whenever anything moves that may take long, such as bringing a store back."""

    def should_own(self) -> str | None:
        """Why a worker without partitions should have some; None where it need not, or nobody knows."""

    def check_progress(self) -> None:
        """Raise ``Stalled`` when a partition has lag and does not move."""

    def forgive(self) -> None:
        """Begin to count anew: the process was stopped, and could not move."""

    def ask_loop(self, answer: Callable[[], None]) -> None:
        """Have ``answer`` called by the event loop."""


class Watchdog:
    """Looks at a worker now and then; ``fail`` gets what was found, and is expected to end the process."""

    def __init__(
        self,
        watched: Watched,
        fail: Callable[[BaseException], None],
        limits: Limits = USUAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._watched = watched
        self._fail = fail
        self._limits = limits
        self._clock = clock
        self._looked = self._answered = clock()
        self._progress: Hashable = None
        self._since: dict[str, float] = {}
        self._stopped = threading.Event()

    def start(self) -> None:
        """Look from a thread of its own until ``stop``."""
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    def look(self) -> None:
        """Raise ``Stalled`` when something stands still for longer than it may."""
        now = self._clock()
        if now - self._looked > ASLEEP_SECONDS + self._limits.look_every:
            self._begin_anew(now)
        self._looked = now
        progress = self._watched.progress()
        if progress != self._progress:
            self._progress = progress
            self._since.clear()
            self._answered = now
        self._watched.ask_loop(self._answer)
        self._check_loop(now)
        self._check_flow(now)
        self._check_assignment(now)
        self._watched.check_progress()

    def _answer(self) -> None:
        self._answered = self._clock()

    def _begin_anew(self, now: float) -> None:
        self._since.clear()
        self._answered = now
        self._watched.forgive()

    def _check_loop(self, now: float) -> None:
        if now - self._answered > self._limits.blocked:
            raise Stalled(
                f"The worker hangs since {now - self._answered:.0f} s: something holds it, perhaps a disk "
                "that does not answer. Its states are safe; look at the home's disk, then start it again."
            )

    def _check_flow(self, now: float) -> None:
        still = self._watched.partitions() > 0 and not self._watched.flowing()
        lasted = self._lasted("not flowing", still, now)
        if lasted > self._limits.not_flowing:
            raise Stalled(
                f"The worker was given partitions, but reading did not begin for {lasted:.0f} s. Its states "
                "are safe; look whether the broker answers ('myomap doctor'), then start the worker again."
            )

    def _check_assignment(self, now: float) -> None:
        lasted = self._lasted("nothing assigned", self._watched.partitions() == 0, now)
        if lasted <= self._limits.nothing_assigned:
            return
        reason = self._watched.should_own()
        if reason is not None:
            raise Stalled(
                f"The worker was given no partition for {lasted:.0f} s, though {reason}. Nothing is lost; "
                "start the worker again, and look at the broker's log if this repeats."
            )
        del self._since["nothing assigned"]  # asking costs a call to the broker, so not at every look

    def _lasted(self, what: str, holds: bool, now: float) -> float:
        """For how long it has held at every look."""
        if not holds:
            self._since.pop(what, None)
            return 0.0
        return now - self._since.setdefault(what, now)

    def _run(self) -> None:
        while not self._stopped.wait(self._limits.look_every):
            try:
                self.look()
            except Exception as reason:
                if not self._stopped.is_set():
                    self._fail(reason)
