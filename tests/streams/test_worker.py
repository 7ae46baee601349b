import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from patients import Patient

from contracts.settings import KafkaSettings
from streams.configuration import GROUP
from streams.probing import members_of


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def run(home: Path, **variables: object) -> subprocess.CompletedProcess[str]:
    given = {f"MYOMAP_{name.upper()}": str(value) for name, value in variables.items()}
    return subprocess.run(
        [sys.executable, "-m", "streams.worker"],
        env=os.environ | {"MYOMAP_HOME": str(home)} | given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_broker_the_worker_ends_with_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    port = free_port()
    done = run(tmp_path, broker=f"127.0.0.1:{port}", worker_port=free_port())
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"myomap stream: There is no Kafka at 127.0.0.1:{port}")
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_said_before_anything_is_opened(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(tmp_path, broker="127.0.0.1:1", worker_port=taken.getsockname()[1])
    assert done.returncode == 1
    assert "MYOMAP_WORKER_PORT" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_setting_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    done = run(tmp_path, worker_port="many")
    assert done.returncode == 1
    assert done.stderr.startswith("myomap stream: MYOMAP_WORKER_PORT is 'many'; it must be a whole number")
    assert "Traceback" not in done.stderr


def epochs(home: Path) -> dict[int, int]:
    """How often each store was opened."""
    found = {}
    for path in sorted((home / "streams").glob("partition-*.sqlite")):
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            number, epoch = connection.execute("SELECT partition, epoch FROM meta").fetchone()
        found[number] = epoch
    return found


def events_of(count: int, name: str = "patient") -> list[Any]:
    """Events of so many patients, who are spread over the partitions."""
    said: list[Any] = []
    for number in range(count):
        patient = Patient(f"{name}-{number}")
        patient.opened()
        patient.program("S0")
        patient.session(3)
        said += patient.events()
    return said


@pytest.fixture
def ready(eventually: Callable[..., None]) -> Callable[[Any], None]:
    return lambda worker: eventually(lambda: worker.owns() == [0, 1, 2, 3], 40, worker.said)


@pytest.mark.broker
@pytest.mark.timeout(180)
def test_a_worker_tells_where_it_stands_and_stops_within_three_seconds(
    workers: Callable[..., Any], send: Callable[[Any], None], ready: Any, eventually: Any, broker: str
) -> None:
    worker, said = workers(), events_of(20)
    worker.start(probe_every=0.2)
    ready(worker)
    send(said)
    eventually(lambda: sum(worker.offsets().values()) == len(said), 30, worker.said)
    assert worker.get("/healthz").json() == {"status": "alive"}
    assert members_of(KafkaSettings(broker), GROUP) == 1
    eventually(lambda: worker.figure("myomap_publish_seconds_count") > 0, 30)
    assert worker.figure("myomap_batch_records_sum") == worker.figure("myomap_events_total") == len(said)
    assert worker.get("/readyz").json() == {"ready": True, "partitions": [0, 1, 2, 3], "restoring": {}}
    secret = (worker.home / "worker.secret").read_text().strip()
    page = f"/v1/patients/{said[0].patient_key}/progression"
    answer = worker.get(page, Authorization=f"Bearer {secret}")
    assert answer.status_code == 200
    assert [each["episode_id"] for each in answer.json()["episodes"]] == [said[0].episode_id]
    assert worker.get(page).status_code == 401
    begun = time.monotonic()
    worker.signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    assert time.monotonic() - begun <= 3.0
    told = worker.said()
    assert said[0].patient_key not in told
    assert secret not in told


@pytest.mark.broker
@pytest.mark.timeout(180)
def test_a_worker_stops_within_twenty_seconds_though_the_broker_does_not_answer(
    workers: Callable[..., Any], send: Callable[[Any], None], freeze: Callable[[], Any], ready: Any
) -> None:
    worker = workers()
    worker.start()
    ready(worker)
    send(events_of(20))
    with freeze():
        begun = time.monotonic()
        worker.signal(signal.SIGTERM)
        assert worker.wait(25) == 0
        assert time.monotonic() - begun <= 20.0
    assert "Traceback" not in worker.said()


@pytest.mark.broker
@pytest.mark.timeout(180)
def test_a_worker_with_lag_ends_when_the_broker_stays_silent(
    workers: Callable[..., Any], send: Callable[[Any], None], freeze: Callable[[], Any], eventually: Any
) -> None:
    worker = workers()
    send(events_of(60_000))  # more than a first fetch of 4 MB for each partition holds
    worker.start(stalled=3.0, probe_every=0.2)
    eventually(lambda: sum(worker.offsets().values()) > 0, 40, worker.said)
    with freeze():
        assert worker.wait(60) == 1
    last = worker.said().strip().splitlines()[-1]
    assert re.match(
        r"myomap stream: Partition \d of myomap.events has \d+ events to read and did not move", last
    )
    assert "Traceback" not in worker.said()


NEVER_BEGINS = """
import asyncio
from streams.transport import BatchConsumer
async def hang(self): await asyncio.sleep(1_000)
BatchConsumer.perform_seek = hang
"""
READS_NOTHING = """
import asyncio
from streams.transport import BatchConsumer
async def nothing(self, timeout):
    await asyncio.sleep(0.1)
    for never in (): yield never
BatchConsumer.getmany = nothing
"""


@pytest.mark.broker
@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (NEVER_BEGINS, "was given partitions, but reading did not begin for"),
        (READS_NOTHING, "events to read and did not move for"),
    ],
)
def test_a_worker_that_does_not_read_though_the_broker_answers_ends_itself(
    workers: Callable[..., Any], send: Callable[[Any], None], ready: Any, broken: str, sentence: str
) -> None:
    worker = workers()
    worker.start(stalled=3.0, broken=broken, probe_every=0.2, not_flowing=3.0)
    if broken is READS_NOTHING:
        ready(worker)  # what it learns of the log's end when it begins must not be what gives it away
    send(events_of(5))
    assert worker.wait(60) == 1
    last = worker.said().strip().splitlines()[-1]
    assert last.startswith("myomap stream: ")
    assert sentence in last


@pytest.mark.broker
@pytest.mark.timeout(180)
def test_a_worker_that_comes_back_within_the_session_leaves_the_others_their_partitions(
    workers: Callable[..., Any], send: Callable[[Any], None], eventually: Any
) -> None:
    one, other = workers(), workers()
    one.start(session=15.0)  # a busy machine may take long to start a worker
    other.start(session=15.0)
    eventually(lambda: len(one.owns()) == 2 and len(other.owns()) == 2, 60, one.said)
    mine, theirs = one.owns(), other.owns()
    opened = epochs(one.home)
    other.kill()
    other.start(session=15.0)
    seen: set[tuple[int, ...]] = set()

    def is_back() -> bool:
        seen.add(tuple(one.owns()))
        return other.owns() == theirs

    eventually(is_back, 40, other.said)
    said = events_of(20)
    send(said)
    eventually(lambda: sum(one.offsets().values()) + sum(other.offsets().values()) == len(said), 30, one.said)
    assert seen == {tuple(mine)}
    assert [epochs(one.home)[each] for each in mine] == [opened[each] for each in mine]
