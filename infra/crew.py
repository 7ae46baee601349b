"""Several stream workers on this host under one parent: what dies is started again, and all stop together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import FrameType
from typing import Final

from contracts.settings import Settings
from infra.connection import environment_of
from infra.leash import leashed
from infra.refusal import Refusal
from infra.services import refuse_taken_port, worker_ports

LOOK_EVERY_S: Final = 0.2
STOP_BOUND_S: Final = 25.0


@dataclass(frozen=True)
class Patience:
    """How a worker that ends is started again; in seconds, but for ``attempts``.

    The pause doubles from ``first`` to ``longest``; a worker that ran for ``steady`` begins anew. After
    ``attempts`` ends in a row, none of them steady, the crew gives up.
    """

    first: float = 1.0
    longest: float = 30.0
    steady: float = 60.0
    attempts: int = 10


USUAL: Final = Patience()


@dataclass(frozen=True)
class Seat:
    """One worker's place: how it is started, and what its name for people is."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


class _Member:
    """The worker of one seat; while it is down, ``back_at`` says when it is started again."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.failures = 0
        self.back_at = 0.0
        self.started_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, now: float) -> None:
        """Start it; it dies with this process."""
        self.started_at = now
        self.process = subprocess.Popen(
            leashed(list(self.seat.command)), env=os.environ | dict(self.seat.environment)
        )


class Crew:
    """Keeps the workers of these seats running until it is told to stop."""

    def __init__(self, seats: Sequence[Seat], say: Callable[[str], None], patience: Patience = USUAL) -> None:
        self._members = [_Member(seat) for seat in seats]
        self._say = say
        self._patience = patience
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Have ``run`` end all workers and return."""
        self._stopping.set()

    def run(self) -> None:
        """Run until ``stop``; raises ``Refusal`` when a worker cannot be kept running."""
        try:
            while not self._stopping.is_set():
                for member in self._members:
                    self._look_after(member)
                self._stopping.wait(LOOK_EVERY_S)
        finally:
            self._end_all()

    def _look_after(self, member: _Member) -> None:
        now = time.monotonic()
        if member.process is None:
            if now >= member.back_at:
                member.start(now)
        elif member.process.poll() is not None:
            self._take_leave(member, now)

    def _take_leave(self, member: _Member, now: float) -> None:
        """Say that a worker ended, and when it comes back."""
        code = member.process.returncode if member.process else 0
        member.process = None
        steady = now - member.started_at >= self._patience.steady
        member.failures = 1 if steady else member.failures + 1
        if member.failures >= self._patience.attempts:
            raise Refusal(
                f"{member.seat.name} ended {member.failures} times in a row, the last time with exit code "
                f"{code}; the lines above say why. All workers are stopped; nothing is lost."
            )
        pause = min(self._patience.longest, self._patience.first * 2 ** (member.failures - 1))
        member.back_at = now + pause
        self._say(f"{member.seat.name} ended with exit code {code}; it is started again in {pause:.0f} s.")

    def _end_all(self) -> None:
        running = [each.process for each in self._members if each.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + STOP_BOUND_S
        for process in running:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()  # its worker dies with it
                process.wait()


def run_crew(settings: Settings, count: int, say: Callable[[str], None]) -> None:
    """Run so many workers of these settings until Ctrl-C or SIGTERM, each on a port of its own."""
    crew = Crew(seats(settings, count), say)

    def stop(_number: int, _frame: FrameType | None) -> None:
        crew.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    first = settings.worker_port
    say(f"{count} workers, their pages on ports {first} to {first + count - 1}; Ctrl-C stops all.")
    crew.run()


def seats(settings: Settings, count: int) -> list[Seat]:
    """The places of so many workers; raises ``Refusal`` where a port is taken."""
    found = []
    for number, port in enumerate(worker_ports(replace(settings, workers=count)), start=1):
        refuse_taken_port(settings.host, port, f"stream worker {number}", "MYOMAP_WORKER_PORT")
        own = environment_of(replace(settings, worker_port=port, workers=1))
        command = (sys.executable, "-m", "streams.worker")
        found.append(Seat(f"Worker {number} (port {port})", command, own))
    return found
