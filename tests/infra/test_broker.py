"""The local Kafka: it starts, keeps its data and port, says why it cannot, and leaves nothing behind."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from contracts.settings import Home
from infra.broker import BrokerError, LocalBroker

pytestmark = pytest.mark.broker

NewBroker = Callable[[], LocalBroker]


def kafka_processes(folder: Path) -> list[int]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if "kafka.Kafka" in line and any(str(folder) in word for word in line):
            found.append(process.pid)
    return found


def test_data_and_port_survive_a_restart(fresh_broker: NewBroker) -> None:
    broker = fresh_broker()
    first = broker.start()
    admin = KafkaAdminClient(bootstrap_servers=first.bootstrap)
    admin.create_topics([NewTopic("kept", 1)], wait_for_metadata=True)
    admin.close()
    producer = KafkaProducer(bootstrap_servers=first.bootstrap)
    producer.send("kept", b"still here")
    producer.close()
    assert broker.stop()
    assert not broker.status().running
    assert broker.start().bootstrap == first.bootstrap
    consumer = KafkaConsumer(
        "kept", bootstrap_servers=first.bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=20_000
    )
    assert next(iter(consumer)).value == b"still here"
    consumer.close()


def test_a_second_start_finds_the_running_broker(fresh_broker: NewBroker, tmp_path: Path) -> None:
    first = fresh_broker()
    status = first.start()
    second = LocalBroker(Home(Path(status.folder).parent))
    assert second.start() == status
    assert not second.started_here
    assert second.stop()
    assert not first.status().running


def test_two_homes_run_at_once(fresh_broker: NewBroker) -> None:
    first, second = fresh_broker().start(), fresh_broker().start()
    assert first.bootstrap != second.bootstrap


def test_a_topic_that_nobody_declared_is_not_made(broker: str) -> None:
    producer = KafkaProducer(bootstrap_servers=broker, max_block_ms=1500)
    with pytest.raises(Exception, match=r"(?i)nobody-declared|metadata"):
        producer.send("nobody-declared", b"x").get(timeout=5)
    producer.close()


def test_a_crash_at_start_says_why(fresh_broker: NewBroker) -> None:
    broker = fresh_broker()
    broker.start()
    broker.stop()
    meta = Path(broker.status().folder) / "data" / "meta.properties"
    meta.write_text(meta.read_text().replace("node.id=1", "node.id=7"))
    with pytest.raises(BrokerError, match="Stored node id 7"):
        broker.start()
    assert not broker.status().running


def test_a_configured_port_in_use_is_refused_with_its_holder(broker: str, tmp_path: Path) -> None:
    port = int(broker.rpartition(":")[2])
    with pytest.raises(BrokerError, match=f"Port {port}.*in use by process"):
        LocalBroker(Home(tmp_path / "other"), port=port).start()


def test_nothing_is_left_when_the_starter_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from contracts.settings import Home\n"
        "from infra.broker import LocalBroker\n"
        "LocalBroker(Home(Path(sys.argv[1]))).start(); print('up', flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    assert starter.stdout.readline() == "up\n"
    assert len(kafka_processes(tmp_path)) >= 1
    starter.kill()
    starter.wait()
    until = time.monotonic() + 60
    while kafka_processes(tmp_path):
        assert time.monotonic() < until, "the broker outlived its starter"
        time.sleep(0.1)
