"""Where the bench works: a folder, a broker on a core of its own, and programs started on the other one."""

import contextlib
import dataclasses
import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil

from contracts.settings import Home, Settings
from infra.benchmarks.carrying import Process
from infra.benchmarks.cores import Cores, on
from infra.broker import LocalBroker
from infra.connection import at
from infra.ports import free_ports


class Place:
    """A broker's address and a folder; every program that is started here has a home of its own."""

    def __init__(self, settings: Settings, cores: Cores, root: Path, broker: int) -> None:
        self.settings = settings
        self.cores = cores
        self._root = root
        self._broker = psutil.Process(broker)
        self._numbers = itertools.count(1)

    @property
    def bootstrap(self) -> str:
        """The broker's address."""
        return self.settings.kafka.bootstrap

    def folder(self, name: str) -> Path:
        """A new folder."""
        made = self._root / f"{next(self._numbers):02}-{name}"
        made.mkdir(parents=True)
        return made

    def own_settings(self, name: str) -> Settings:
        """Settings with a new home and a free port for the worker's page."""
        home = Home(self.folder(name))
        return dataclasses.replace(self.settings, home=home, worker_port=free_ports(1)[0])

    @contextlib.contextmanager
    def frozen_broker(self) -> Iterator[None]:
        """The broker is there and answers nothing until the end of the block."""
        family = [*self._broker.children(recursive=True), self._broker]
        for each in family:
            each.suspend()
        try:
            yield
        finally:
            for each in family:
                each.resume()

    @contextlib.contextmanager
    def started(self, command: list[str], name: str, settings: Settings | None = None) -> Iterator[Process]:
        """A program on the client's core; it ends with the block. The one who looks has the broker's core."""
        given = settings or self.own_settings(name)
        process = Process(command, given, self.cores, given.home.root)
        try:
            with on(self.cores.broker):
                yield process
        finally:
            if not process.ended:
                process.kill()


@contextlib.contextmanager
def placed(root: Path, cores: Cores, partitions: int) -> Iterator[Place]:
    """An empty broker below ``root``, with as many partitions; all of it is gone afterwards."""
    shutil.rmtree(root, ignore_errors=True)
    home = Home(root / "home")
    with on(cores.broker):
        broker = LocalBroker(home, memory_mb=512)
        status = broker.start()
    try:
        settings = Settings(home, own_broker=False, partitions=partitions)
        yield Place(at(settings, str(status.bootstrap)), cores, root, int(status.pid or 0))
    finally:
        broker.stop()
        shutil.rmtree(root, ignore_errors=True)
