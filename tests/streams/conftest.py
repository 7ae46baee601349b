"""Worker processes on a real broker, for the tests that need one."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from kafka import KafkaProducer

from contracts import events, topics
from contracts.events import Event

PROGRAM = """
import os
import streams.configuration, streams.owned
from contracts.settings import settings_from
from streams.watchdog import Limits
from streams.worker import run
streams.owned.STALLED_SECONDS = {stalled}
streams.configuration.SESSION_SECONDS = {session}
{broken}
run(settings_from(os.environ), Limits(**{limits}))
"""


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


class Worker:
    """One worker process; its log is a file, its home may be shared."""

    def __init__(self, bootstrap: str, home: Path, log: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.home, self.log = home, log
        self._bootstrap = bootstrap
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, stalled: float = 60.0, session: float = 10.0, broken: str = "", **limits: float) -> None:
        """Start it with these limits in seconds; ``broken`` is a program that runs in it before."""
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                PROGRAM.format(stalled=stalled, session=session, broken=broken, limits=limits),
            ],
            env=os.environ
            | {
                "MYOMAP_HOME": str(self.home),
                "MYOMAP_BROKER": self._bootstrap,
                "MYOMAP_WORKER_PORT": str(self.port),
            },
            stdout=subprocess.DEVNULL,
            stderr=self.log.open("ab"),
        )

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(
            f"http://127.0.0.1:{self.port}{path}", headers=headers, trust_env=False, timeout=10.0
        )

    def owns(self) -> list[int]:
        """The partitions that it owns and reads; none while it starts."""
        try:
            said: dict[str, Any] = self.get("/readyz").json()
        except httpx.HTTPError:
            return []
        return list(said["partitions"]) if said["ready"] else []

    def offsets(self) -> dict[str, int]:
        try:
            lines = self.get("/metrics").text.splitlines()
        except httpx.HTTPError:
            return {}
        found = [line.split(" ") for line in lines if line.startswith("myomap_next_offset{")]
        return {name: int(value) for name, value in found}

    def figure(self, name: str) -> float:
        """A figure of the metrics, over all partitions."""
        lines = self.get("/metrics").text.splitlines()
        return sum(float(line.split(" ")[1]) for line in lines if re.match(rf"{name}[{{ ]", line))

    def said(self) -> str:
        return self.log.read_text()

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def wait(self, seconds: float) -> int:
        assert self.process is not None
        return self.process.wait(seconds)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def workers(
    broker: str, tmp_path: Path, clean_topics: Callable[..., None]
) -> Iterator[Callable[..., Worker]]:
    """Makes workers (not started) of one home on empty topics; what still runs at the end is killed."""
    clean_topics(partitions=4)
    made: list[Worker] = []

    def make() -> Worker:
        made.append(Worker(broker, tmp_path / "home", tmp_path / f"worker-{len(made)}.log"))
        return made[-1]

    yield make
    for each in made:
        each.kill()


@pytest.fixture
def send(broker: str) -> Iterator[Callable[[Iterable[Event]], None]]:
    """Puts events into the log, and returns when they are there."""
    producer = KafkaProducer(bootstrap_servers=broker, linger_ms=5)

    def put(said: Iterable[Event]) -> None:
        for each in said:
            producer.send(topics.EVENTS, key=each.patient_key.encode(), value=events.encode(each))
        producer.flush()

    yield put
    producer.close(timeout=1)


@pytest.fixture
def freeze(broker: str) -> Iterator[Callable[[], Any]]:
    """A broker that does not answer, for as long as the block lasts."""
    port = int(broker.rpartition(":")[2])
    (process,) = {
        psutil.Process(each.pid)
        for each in psutil.net_connections(kind="tcp")
        if each.status == psutil.CONN_LISTEN and each.laddr.port == port and each.pid
    }

    @contextmanager
    def frozen() -> Iterator[None]:
        process.suspend()
        try:
            yield
        finally:
            process.resume()

    yield frozen
    process.resume()


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Waits until something holds."""

    def wait(holds: Callable[[], bool], seconds: float, otherwise: Callable[[], str] = str) -> None:
        until = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < until, f"it did not come about within {seconds} s. {otherwise()}"
            time.sleep(0.05)

    return wait
