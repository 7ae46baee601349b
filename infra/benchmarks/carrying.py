"""Runs one variant of the whole path in a process of its own, and tells how long it took."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from contracts.settings import Settings
from infra.benchmarks.cores import Cores, on
from infra.benchmarks.meter import Moment, moments
from infra.connection import environment_of

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 900.0


class Failed(Exception):
    """A variant that did not finish; the message ends with what it said last."""


@dataclass(frozen=True)
class Took:
    """Seconds of the clock and of the processor from the first event to the end."""

    events: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Events per second of the clock."""
        return self.events / self.seconds


def module(name: str, *arguments: object, python: str = sys.executable) -> list[str]:
    """The command line of a module of this package."""
    return [python, "-m", f"infra.benchmarks.{name}", *map(str, arguments)]


class Process:
    """A started variant on the client's core; its output goes to files in ``folder``."""

    def __init__(self, command: list[str], settings: Settings, cores: Cores, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._out, self._errors = folder / "out.txt", folder / "errors.txt"
        variables = os.environ | environment_of(settings) | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        with on(cores.client), self._out.open("w") as out, self._errors.open("w") as errors:
            self._child = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=out, stderr=errors)
        self.seen = psutil.Process(self._child.pid)

    @property
    def said(self) -> dict[str, Moment]:
        """What the variant's meter said so far."""
        return moments(self._out.read_text().splitlines())

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._child.poll() is not None

    def cpu(self) -> float:
        """Seconds of the processor that the process had so far."""
        times = self.seen.cpu_times()
        return float(times.user + times.system)

    def wait(self, patience_s: float | None = None) -> dict[str, Moment]:
        """Wait for its end; raises ``Failed`` when it did not say both of its moments."""
        try:
            self._child.wait(patience_s or PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
        if len(self.said) < 2:
            raise Failed(f"It ended with {self._child.returncode}: {self.last_words()}")
        return self.said

    def until(self, holds: Callable[[], bool], patience_s: float = 60.0) -> float:
        """Seconds until ``holds``; raises ``Failed`` when the process ends before."""
        began = time.monotonic()
        while not holds():
            if self.ended or time.monotonic() - began > patience_s:
                raise Failed(f"It did not come so far in {patience_s:.0f} s: {self.last_words()}")
            time.sleep(0.01)
        return time.monotonic() - began

    def stop(self, patience_s: float = 60.0) -> float:
        """Ask it to end; seconds until it did."""
        began = time.monotonic()
        self._child.terminate()
        try:
            self._child.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()
        return time.monotonic() - began

    def kill(self) -> None:
        """End it at once."""
        self._child.kill()
        self._child.wait()

    def last_words(self) -> str:
        """The end of what it wrote to its error output."""
        return self._errors.read_text(errors="replace")[-800:].strip() or "it said nothing"


def took(process: Process, events: int) -> Took:
    """Wait for a variant that tells its own end."""
    said = process.wait()
    began, ended = said["began"], said["ended"]
    return Took(events, ended.clock - began.clock, ended.cpu - began.cpu)
