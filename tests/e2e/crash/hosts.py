"""Hosts with a home of their own and a stream worker on each, which can be killed, stopped and started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
from crash import stores_read
from crash.journal import Journal

from contracts.settings import Home
from infra.ports import free_ports

PROGRAM: Final = (
    "import os; from contracts.settings import settings_from; from streams.worker import run; "
    "run(settings_from(os.environ))"
)
KILL: Final = "kill -9 of a worker"


@dataclass
class Host:
    """One host: its folder, the port of its worker's page, and the worker that runs there now."""

    name: str
    folder: Path
    bootstrap: str
    port: int
    journal: Journal
    home: Home
    launch: Sequence[str] = (sys.executable, "-c", PROGRAM)
    worker: "subprocess.Popen[bytes] | None" = None
    starts: int = 0
    frozen: bool = False
    words: list[str] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """What the latest worker said."""
        return self.folder / f"worker-{self.starts}.log"

    def start(self) -> None:
        """Start a worker; it must not run yet."""
        assert not self.runs(), f"the worker of {self.name} already runs"
        self.ended()
        self.starts += 1
        variables = {name: value for name, value in os.environ.items() if not name.startswith("MYOMAP_")} | {
            "MYOMAP_HOME": str(self.home.root),
            "MYOMAP_BROKER": self.bootstrap,
            "MYOMAP_WORKER_PORT": str(self.port),
        }
        with self.log.open("wb") as log:
            self.worker = subprocess.Popen(list(self.launch), env=variables, stdout=log, stderr=log)
        self.journal.note("start", self.name)

    def runs(self) -> bool:
        """Whether its worker lives."""
        return self.worker is not None and self.worker.poll() is None

    def progress(self) -> int:
        """Sum of the offsets of its stores."""
        return sum(stores_read.offsets(self.home).values())

    def is_ready(self) -> bool:
        """Whether its worker's page says that it owns partitions and reads."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False  # the page is not there yet

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the worker."""
        assert self.worker is not None
        self.worker.send_signal(number)

    def kill(self, what: str = KILL) -> bool:
        """End it without a warning, unless it ended by itself; ``what`` is how the journal calls it."""
        self.signal(signal.SIGKILL)
        self.thaw()
        assert self.worker is not None
        if self.worker.wait(timeout=30) != -signal.SIGKILL:
            self.ended()
            return False
        self.worker = None
        self.journal.note(what, self.name)
        return True

    def freeze(self) -> None:
        """Stop it where it stands."""
        self.signal(signal.SIGSTOP)
        self.frozen = True
        self.journal.note("stop of a worker", self.name)

    def thaw(self) -> None:
        """Let it go on."""
        if self.frozen and self.runs():
            self.signal(signal.SIGCONT)
        self.frozen = False

    def stop(self, seconds: float = 30) -> None:
        """Stop it as an operator would; it must end well."""
        self.signal(signal.SIGTERM)
        assert self.worker is not None
        code = self.worker.wait(timeout=seconds)
        assert code == 0, f"the worker of {self.name} ended with {code}: {self.said()}"
        self.worker = None

    def ended(self) -> str | None:
        """The sentence with which the worker ended by itself, or None while it runs or was ended by us."""
        if self.worker is None or self.runs():
            return None
        code = self._gone()
        said = [line for line in self.said().splitlines() if line.startswith("myomap stream: ")]
        assert code == 1 and said, (
            f"the worker of {self.name} ended with {code} without a sentence: {self.said()}"
        )
        self.words.append(said[-1].removeprefix("myomap stream: "))
        self.journal.note("end by itself", f"{self.name}: {self.words[-1]}")
        return self.words[-1]

    def said(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def _gone(self) -> int:
        assert self.worker is not None
        code = self.worker.wait(timeout=30)
        self.worker = None
        return code


@dataclass
class Fleet:
    """The hosts of one run."""

    hosts: list[Host]
    journal: Journal

    def homes(self) -> list[Home]:
        """The homes of all hosts."""
        return [host.home for host in self.hosts]

    def offsets(self) -> dict[int, int]:
        """How far each partition was read, wherever."""
        found: dict[int, int] = {}
        for home in self.homes():
            for number, offset in stores_read.offsets(home).items():
                found[number] = max(offset, found.get(number, 0))
        return found

    def look_after(self) -> None:
        """Start a worker that ended by itself again, as whatever keeps services running would."""
        for host in self.hosts:
            if host.ended() is not None:
                host.start()

    def wait(self, until: Callable[[], bool], what: str, seconds: float = 150) -> None:
        """Wait for something that the workers bring about, and look after them meanwhile."""
        deadline = time.monotonic() + seconds
        while not until():
            self.look_after()
            assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s; {self._last_words()}"
            time.sleep(0.02)

    def _last_words(self) -> str:
        return f"{self.offsets()}\n" + "\n".join(f"{each.name}: {each.said()[-1500:]}" for each in self.hosts)


@contextmanager
def fleet(bootstrap: str, folder: Path, names: Sequence[str], journal: Journal) -> Iterator[Fleet]:
    """Hosts of these names, nothing runs yet; whatever runs at the end is killed."""
    hosts = []
    for name, port in zip(names, free_ports(len(names)), strict=True):
        (folder / name).mkdir()
        hosts.append(Host(name, folder / name, bootstrap, port, journal, Home(folder / name / "home")))
    try:
        yield Fleet(hosts, journal)
    finally:
        for host in hosts:
            if host.runs():
                host.signal(signal.SIGKILL)
                host.signal(signal.SIGCONT)
                host._gone()
