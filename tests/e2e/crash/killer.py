"""What is done to workers and to the broker while events come in."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from crash import oracle, stores_read, topics_read
from crash.hosts import Fleet, Host
from crash.journal import Journal
from crash.people import Sent

from contracts import topics
from infra.broker import LocalBroker


@contextmanager
def sending(bootstrap: str, stream: Sequence[Sent], seconds: float) -> Iterator[None]:
    """Send these records over so many seconds beside what is done; all are in the log at the end."""
    failures: list[BaseException] = []
    hurry = threading.Event()

    def send() -> None:
        try:
            topics_read.produce(bootstrap, stream, seconds, hurry.is_set)
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        yield
    finally:
        hurry.set()
        thread.join(120)
    assert not thread.is_alive(), "the records were not sent within 120 s"
    assert not failures, f"Kafka did not take the records: {failures[0]!r}"


def slices(stream: Sequence[Sent], count: int) -> list[Sequence[Sent]]:
    """The stream in so many parts."""
    size = -(-len(stream) // count)
    return [stream[at : at + size] for at in range(0, len(stream), size)]


def wait_for_progress(fleet: Fleet, host: Host, since: int) -> None:
    """Wait until the worker of this host has committed something."""
    fleet.wait(lambda: host.progress() > since, f"{host.name} commits nothing")


def kill_after_progress(
    fleet: Fleet, host: Host, part: Sequence[Sent], dice: random.Random, most: float
) -> None:
    """Send a part to a worker, and kill it up to ``most`` seconds after it has committed some of it."""
    before = host.progress()
    with sending(host.bootstrap, part, most):
        killed = False
        while not killed:
            if not host.runs():
                host.start()
            wait_for_progress(fleet, host, before)
            time.sleep(dice.uniform(0.0, most))
            killed = host.kill() if host.runs() else False


@contextmanager
def second_half_sent(fleet: Fleet, host: Host, part: Sequence[Sent]) -> Iterator[None]:
    """The worker has read of the first half of a part, and the second half comes in beside what is done."""
    before = host.progress()
    middle = len(part) // 2
    topics_read.produce(host.bootstrap, part[:middle])
    if not host.runs():
        host.start()
    wait_for_progress(fleet, host, before)
    with sending(host.bootstrap, part[middle:], seconds=1.5):
        time.sleep(0.3)
        yield


def kill_broker(broker: LocalBroker, journal: Journal, away: float = 0.0) -> None:
    """Kill the broker outright, and start it again on its data after so many seconds."""
    leash = broker.status().pid
    assert leash is not None, "the broker does not run"
    for process in psutil.Process(leash).children(recursive=True):
        process.kill()
    psutil.Process(leash).wait(30)
    journal.note("kill -9 of the broker")
    time.sleep(away)
    broker.start()


def wait_until_read(fleet: Fleet, bootstrap: str, seconds: float = 150) -> None:
    """Wait until every record of the log is in a store."""
    last = {number: end for number, end in topics_read.ends(bootstrap, topics.EVENTS).items() if end}

    def done() -> bool:
        offsets = fleet.offsets()
        return all(offsets.get(number) == end for number, end in last.items())

    fleet.wait(done, "the log was not read to its end", seconds)


def finish(fleet: Fleet, bootstrap: str) -> None:
    """Let the workers read the rest, and stop them as an operator would."""
    for host in fleet.hosts:
        if host.worker is None:
            host.start()
    wait_until_read(fleet, bootstrap)
    fleet.wait(lambda: all(host.is_ready() for host in fleet.hosts), "some worker is not ready")
    for host in fleet.hosts:
        host.stop()


def replay_check(bootstrap: str, home: Path) -> dict[str, Any]:
    """What ``myomap replay --check`` reports: the warehouse's own comparison, from an empty lake on."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.cli", "replay", "--check", "--json"],
        env=os.environ
        | {
            "MYOMAP_HOME": str(home),
            "MYOMAP_BROKER": bootstrap,
            "MYOMAP_PARTITIONS": str(topics_read.PARTITIONS),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr[-3000:]
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def evidence(fleet: Fleet, bootstrap: str) -> oracle.Evidence:
    """What the run left behind."""
    return oracle.Evidence(
        log=topics_read.records(bootstrap, topics.EVENTS),
        progression=topics_read.records(bootstrap, topics.PROGRESSION),
        transitions=topics_read.records(bootstrap, topics.TRANSITIONS),
        quarantined=topics_read.records(bootstrap, topics.QUARANTINED),
        stored={
            number: stores_read.dump(path) for number, path in stores_read.farthest(fleet.homes()).items()
        },
    )
