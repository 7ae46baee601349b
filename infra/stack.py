"""The services of a home under a supervisor: started in order of readiness, restarted when they die."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from typing import Final

import psutil
from filelock import FileLock, Timeout

from contracts.registry import load
from contracts.settings import Home, Settings
from infra.broker import HOST, LocalBroker
from infra.connection import at, environment_of
from infra.door import write_record_key
from infra.home import make_home
from infra.leash import leashed
from infra.refusal import Refusal
from infra.running import Running
from infra.services import ORDER, Service, refuse_taken_ports, services
from infra.supervision import ENDED, Supervisor, write_configuration
from infra.topics import ensure_topics

STOP_BOUND_S: Final = 90.0


class Stack:
    """All services of one home; only one stack runs per home."""

    def __init__(
        self,
        settings: Settings,
        refresh_every_s: int,
        say: Callable[[str], None],
        names: Collection[str] = ORDER,
    ) -> None:
        """Nothing runs before ``open``; ``say`` gets a line for each step; other ``names`` are left out."""
        self.settings = settings
        self._names = names
        self._refresh_every_s = refresh_every_s
        self._say = say
        self._supervisor = Supervisor(settings.home)
        self._services: dict[str, Service] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def open(self, detach: bool = False) -> None:
        """Start the supervisor with nothing in it; it dies with this process unless it is detached."""
        home = self.settings.home
        make_home(home)
        home.run.mkdir(exist_ok=True)
        lock = FileLock(home.run / "up.lock", mode=0o600, blocking=False, fallback_to_soft=False)
        try:
            held = lock.acquire()
        except Timeout as taken:
            raise Refusal("Another start of this home's services is under way. Wait for it.") from taken
        with held:
            self._open(detach)

    def start(self, *names: str) -> None:
        """Start these services (by default all), each once the one before it is ready."""
        if not self.settings.own_broker:
            ensure_topics(self.settings, load())
        for name in names or ORDER:
            if name in self._services:
                self._start_one(self._services[name])
                self._after(name)

    def addresses(self) -> dict[str, str]:
        """Where each service answers, for people and programs."""
        return {each.name: each.shown_as for each in self._services.values()}

    def wait(self) -> None:
        """Return when the supervisor has ended."""
        if self._process is not None:
            self._process.wait()

    def close(self) -> None:
        """Stop everything."""
        stop_stack(self.settings.home)
        self.wait()

    def _open(self, detach: bool) -> None:
        home = self.settings.home
        if note_of(home).process() is not None:
            raise Refusal(
                "Myomap already runs in this home. See 'myomap status', or stop it first: 'myomap down'."
            )
        refuse_taken_ports(self.settings, self._names)
        self.settings = self._with_address()
        everything = services(self.settings, self._refresh_every_s)
        self._services = {each.name: each for each in everything if each.name in self._names}
        write_configuration(home, self._services.values())
        self._process = self._launch(detach)

    def _with_address(self) -> Settings:
        given = self.settings
        if not given.own_broker:
            return given
        broker = LocalBroker(given.home)
        if broker.status().pid is not None:
            raise Refusal(
                "A broker of this home already runs apart from the services. "
                "Stop it first: myomap broker stop"
            )
        return at(given, f"{HOST}:{broker.address().port}")

    def _launch(self, detach: bool) -> "subprocess.Popen[bytes]":
        home = self.settings.home
        configuration = str(home.run / "supervisord.conf")
        command = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", configuration]
        with (home.logs / "supervisord.out").open("wb") as output:
            process = subprocess.Popen(
                command if detach else leashed(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | environment_of(self.settings),
                start_new_session=True,
            )
        note_of(home).remember(process.pid, refresh_every_s=self._refresh_every_s)
        until = time.monotonic() + 20
        while not self._supervisor.is_up():
            if process.poll() is not None or time.monotonic() > until:
                note_of(home).end(5)
                raise Refusal(f"The supervisor did not start. Read {home.logs / 'supervisord.out'}.")
            time.sleep(0.1)
        return process

    def _start_one(self, service: Service) -> None:
        self._supervisor.start(service.name)
        until = time.monotonic() + service.patience_s
        while not self._is_ready(service):
            ended = self._supervisor.state(service.name) in ENDED
            if ended or time.monotonic() > until:
                how = "ended while starting" if ended else f"was not ready within {service.patience_s:.0f} s"
                raise Refusal(f"The {service.name} {how}. The end of its log:\n{_tail(service)}")
            time.sleep(0.1)
        self._say(f"{service.name:<11} ready  {service.shown_as}")

    def _is_ready(self, service: Service) -> bool:
        # A service without an address must at least have stayed for a moment.
        steady = ("STARTING", "RUNNING") if service.ready_at else ("RUNNING",)
        return self._supervisor.state(service.name) in steady and service.is_ready()

    def _after(self, name: str) -> None:
        if name == "broker":
            made = ensure_topics(self.settings, load())
            self._say(f"{'topics':<11} ready  {len(made)} made")
        if name == "door":
            write_record_key(self.settings)


def stop_stack(home: Home) -> bool:
    """Stop everything that ``up`` runs in this home; tell whether there was something."""
    note = note_of(home)
    process = note.process()
    if process is None:
        note.forget()
        return False
    supervisor = Supervisor(home)
    if supervisor.is_up():
        supervisor.shut_down()
        psutil.wait_procs([process], timeout=STOP_BOUND_S)
    note.end(10)
    return True


def stack_states(home: Home) -> dict[str, str]:
    """State of each supervised service; empty when nothing runs."""
    if note_of(home).process() is None:
        return {}
    supervisor = Supervisor(home)
    return supervisor.states() if supervisor.is_up() else {}


def note_of(home: Home) -> Running:
    """The note about this home's supervisor."""
    return Running(home.run / "supervisor.json")


def _tail(service: Service) -> str:
    texts = [
        path.read_text(encoding="utf-8", errors="replace")
        for path in (service.log, service.log.with_suffix(".out"), service.log.parent / f"{service.name}.log")
        if path.exists()
    ]
    return "\n".join("\n".join(dict.fromkeys(texts)).strip().splitlines()[-15:]) or "(it wrote nothing)"
