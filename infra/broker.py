"""A real Apache Kafka in KRaft mode on this machine, as a child process with its data under the home."""

import base64
import importlib.resources
import os
import subprocess
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, NoReturn

from filelock import AcquireReturnProxy, FileLock, Timeout

from contracts.settings import Home
from infra import ports
from infra.broker_properties import BrokerAddress, properties
from infra.home import make_home
from infra.jars import KAFKA_VERSION, Kafka, find_kafka
from infra.leash import leashed
from infra.refusal import Refusal
from infra.running import Running, read_json, write_json

HOST: Final = "127.0.0.1"
START_BOUND_S: Final = 60.0
STOP_BOUND_S: Final = 30.0
LOG_LINES_SHOWN: Final = 15


class BrokerError(Refusal):
    """The local Kafka cannot be started or stopped; the message says why and what to do."""


@dataclass(frozen=True)
class BrokerStatus:
    """What is known of the local Kafka; ``pid`` is None when it does not run."""

    running: bool
    bootstrap: str | None
    pid: int | None
    version: str
    folder: str
    log: str


class LocalBroker:
    """The Kafka of one home. Only one runs per home; two homes may run at once."""

    def __init__(
        self,
        home: Home,
        port: int | None = None,
        say: Callable[[str], None] | None = None,
        memory_mb: int = 256,
    ) -> None:
        """With a ``port`` exactly that one is used, without it a free one that is kept from then on."""
        self._home = home
        self._folder = home.broker
        self._running = Running(self._folder / "running.json")
        self._port = port
        self._say = say or (lambda _line: None)
        self._memory_mb = memory_mb
        self.started_here = False

    @property
    def log(self) -> Path:
        """Where the broker writes what it does."""
        return self._folder / "broker.log"

    def start(self, detached: bool = False) -> BrokerStatus:
        """Start it, or find it running; return once it answers.

        It dies with this process, unless it is ``detached``: then it runs until ``stop``.
        """
        with self._as_the_only_start():
            status = self._wait_for_one_that_starts()
            return status if status.running else self._start(detached)

    def become(self) -> NoReturn:
        """Turn this very process into the broker; for a supervisor that wants to see the real thing."""
        with self._as_the_only_start():
            status = self._wait_for_one_that_starts()
            if status.running:
                raise BrokerError(f"The broker of this home already runs (process {status.pid}).")
            kafka, configuration, address = self._prepare()
            self._running.remember(port=address.port)
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.dup2(log, 1)
            os.dup2(log, 2)
            command = self._command(kafka, configuration)
            os.execve(command[0], command, _java_environment(kafka))  # noqa: S606

    def address(self) -> BrokerAddress:
        """The ports that the next start takes, and keeps."""
        self._make_folder()
        address = self._choose_address()
        write_json(self._folder / "ports.json", asdict(address))
        return address

    def status(self) -> BrokerStatus:
        """Whether it runs, and where."""
        facts, process = self._running.facts(), self._running.process()
        running = process is not None and facts is not None and ports.is_open(HOST, facts["port"])
        return BrokerStatus(
            running=running,
            bootstrap=f"{HOST}:{facts['port']}" if running and facts else None,
            pid=process.pid if process is not None else None,
            version=KAFKA_VERSION,
            folder=str(self._folder),
            log=str(self.log),
        )

    def stop(self) -> bool:
        """Stop the broker of this home, whoever started it; tell whether there was one."""
        return self._running.end(STOP_BOUND_S)

    def log_end(self) -> str:
        """The last lines of the log."""
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            text = ""
        return _last_lines(text)

    def _as_the_only_start(self) -> AcquireReturnProxy[FileLock]:
        """The lock on starting, which lets go at the end of a ``with`` and when this process dies."""
        self._make_folder()
        lock = FileLock(self._folder / "start.lock", START_BOUND_S, mode=0o600, fallback_to_soft=False)
        try:
            return lock.acquire()
        except Timeout as taken:
            raise BrokerError(
                f"Another start of the broker in {self._folder} has been under way for a minute. "
                f"Wait for it, or end it and read {self.log}."
            ) from taken

    def _make_folder(self) -> None:
        make_home(self._home)
        self._folder.mkdir(exist_ok=True)

    def _wait_for_one_that_starts(self) -> BrokerStatus:
        until = time.monotonic() + START_BOUND_S
        status = self.status()
        while status.pid is not None and not status.running and time.monotonic() < until:
            time.sleep(0.1)
            status = self.status()
        return status

    def _start(self, detached: bool) -> BrokerStatus:
        self.stop()  # a broker that does not answer would hold the lock on the data
        kafka, configuration, address = self._prepare()
        self._say(f"Starting Kafka on {HOST}:{address.port}")
        process = self._launch(kafka, self._command(kafka, configuration), detached)
        self._running.remember(process.pid, port=address.port)
        self.started_here = True
        self._wait_ready(process, address)
        return self.status()

    def _prepare(self) -> tuple[Kafka, Path, BrokerAddress]:
        self._say(f"Looking for Java and Apache Kafka {KAFKA_VERSION} (downloaded the first time)")
        kafka = find_kafka()
        address = self.address()
        configuration = self._folder / "server.properties"
        configuration.write_text(properties(address, self._folder / "data"), encoding="utf-8")
        if not (self._folder / "data" / "meta.properties").exists():
            self._format(kafka, configuration)
        return kafka, configuration, address

    def _choose_address(self) -> BrokerAddress:
        remembered = read_json(self._folder / "ports.json") or {}
        port, controller = remembered.get("port"), remembered.get("controller_port")
        if self._port is not None and not ports.is_free(HOST, self._port):
            raise BrokerError(
                f"Port {self._port}, asked for as the broker's, is in use by {ports.holder(self._port)}. "
                "End that process or name another port."
            )
        fresh = ports.free_ports(2)
        return BrokerAddress(
            self._port or (port if port and ports.is_free(HOST, port) else fresh[0]),
            controller if controller and ports.is_free(HOST, controller) else fresh[1],
        )

    def _format(self, kafka: Kafka, configuration: Path) -> None:
        self._say("Formatting the broker's storage")
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        command = _java(kafka, 128, "kafka.tools.StorageTool")
        done = subprocess.run(
            [*command, "format", f"--cluster-id={cluster}", "-c", str(configuration)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BrokerError(
                f"The broker's storage in {self._folder / 'data'} could not be formatted:\n"
                f"{_last_lines(done.stdout + done.stderr)}\nDelete that folder if it holds nothing of value."
            )

    def _command(self, kafka: Kafka, configuration: Path) -> list[str]:
        return [*_java(kafka, self._memory_mb, "kafka.Kafka"), str(configuration)]

    def _launch(self, kafka: Kafka, command: list[str], detached: bool) -> "subprocess.Popen[bytes]":
        with self.log.open("wb") as log:
            return subprocess.Popen(
                command if detached else leashed(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=_java_environment(kafka),
                # Ctrl-C in a terminal must not reach it before those who still write to it.
                start_new_session=True,
            )

    def _wait_ready(self, process: "subprocess.Popen[bytes]", address: BrokerAddress) -> None:
        until = time.monotonic() + START_BOUND_S
        while not ports.is_open(HOST, address.port):
            if process.poll() is not None:
                self._running.forget()
                raise BrokerError(
                    f"The broker ended while starting. The end of {self.log}:\n{self.log_end()}"
                )
            if time.monotonic() > until:
                self.stop()
                raise BrokerError(
                    f"The broker did not answer within {START_BOUND_S:.0f} s. "
                    f"The end of {self.log}:\n{self.log_end()}"
                )
            time.sleep(0.1)


def _java(kafka: Kafka, memory_mb: int, main: str) -> list[str]:
    class_path = os.pathsep.join(str(jar) for jar in kafka.class_path)
    with importlib.resources.as_file(importlib.resources.files("infra") / "log4j2.properties") as logging:
        options = [f"-Xmx{memory_mb}m", "-XX:+UseSerialGC", f"-Dlog4j2.configurationFile={logging}"]
    return [str(kafka.java), *options, "-cp", class_path, main]


def _java_environment(kafka: Kafka) -> dict[str, str]:
    return os.environ | {"JAVA_HOME": str(kafka.java_home)}


def _last_lines(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-LOG_LINES_SHOWN:]) or "(it wrote nothing)"
