"""Three ways to the same ends: the pure fold, a replay of the lake, and a worker on a real broker."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from afresh import anew
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from logs import EventsLog
from patients import fold

from contracts import events, topics
from contracts.events import Event
from streams.progression.codec import decode, encode, encode_patient
from streams.progression.decisions import facts
from streams.progression.state import PatientState
from warehouse.lake import Lake
from warehouse.land import land
from warehouse.replay import opened, people, states_at

PROGRAM = (
    "import os; from contracts.settings import settings_from; from streams.worker import run; "
    "run(settings_from(os.environ))"
)
SECONDS = 120.0
SECONDS_APART = 0.2


@dataclass(frozen=True)
class End:
    """Where a patient stands: all stored bytes, each episode's view as it is shown, the facts that hold."""

    stored: bytes
    views: Mapping[str, Any]
    standing: frozenset[str]


Ends = dict[str, End]


def end_of(state: PatientState) -> End:
    """The end that a state is."""
    views = {name: json.loads(view) for name, (view, _) in encode(state)[1].items()}
    return End(encode_patient(state), views, frozenset(fact.fact_id for fact in facts(state)))


def folded(said: Sequence[Event]) -> Ends:
    """The pure fold, one patient after the other, every state derived anew."""
    by_patient: dict[str, list[Event]] = defaultdict(list)
    for event in said:
        by_patient[event.patient_key].append(event)
    return {key: end_of(anew(fold(mine))) for key, mine in by_patient.items()}


def replayed(said: Sequence[Event], folder: Path) -> Ends:
    """The log landed in a lake and replayed from there, with a look at every seventh offset."""
    manifest = land(
        folder, EventsLog(said), datetime(2026, 9, 1, tzinfo=UTC), segment_offsets={"events": 100}
    )
    found = {}
    with opened(Lake(folder, manifest.manifest)) as connection:
        for person in people(connection):
            looked_at = [*range(0, len(said), 7), len(said)]
            found[person.patient_key] = end_of([state for _, state in states_at(person, looked_at)][-1])
    return found


def worked(said: Sequence[Event], bootstrap: str, folder: Path) -> Ends:
    """What a worker publishes once it has read the log, as a reader of the topics sees it."""
    half = len(said) // 2
    produce(bootstrap, said[:half])
    with worker(bootstrap, folder) as process:
        when_all_is_published(bootstrap, process)
        produce(bootstrap, said[half:])
        published = when_all_is_published(bootstrap, process)
    return ends_published(published, records(bootstrap, topics.TRANSITIONS))


def produce(bootstrap: str, said: Sequence[Event], slices: int = 20) -> None:
    """Send the events in their order, some at a time: whoever reads along gets them in several batches."""
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    size = -(-len(said) // slices)
    for begin in range(0, len(said), size):
        for event in said[begin : begin + size]:
            producer.send(topics.EVENTS, key=event.patient_key.encode(), value=events.encode(event))
        producer.flush()
        time.sleep(SECONDS_APART)
    producer.close()


@contextmanager
def worker(bootstrap: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A stream worker with a home of its own, which is stopped as an operator would stop it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"MYOMAP_HOME": str(folder), "MYOMAP_BROKER": bootstrap, "MYOMAP_WORKER_PORT": str(port)}
    with (folder.parent / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM], env=os.environ | given, stdout=log, stderr=log
        )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0, (folder.parent / "worker.log").read_text()[-3000:]
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def when_all_is_published(bootstrap: str, process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """The latest message of each key of ``progression``, once every partition's marker is at its end."""
    wanted = {number: end for number, end in _ends(bootstrap, topics.EVENTS).items() if end}
    latest: dict[str, Any] = {}
    covered: dict[int, int] = {}
    deadline = time.monotonic() + SECONDS
    consumer = _reader(bootstrap, topics.PROGRESSION)
    while covered != wanted:
        assert process.poll() is None, "the worker ended by itself"
        assert time.monotonic() < deadline, f"published up to {covered} of {wanted}"
        for found in consumer.poll(timeout_ms=500).values():
            for record in found:
                value = json.loads(record.value) if record.value is not None else None
                if record.key == b"covers":
                    covered[record.partition] = value["covers"]["next_offset"]
                else:
                    latest[record.key.decode()] = value
    consumer.close()
    return {key: value for key, value in latest.items() if value is not None}


def ends_published(published: Mapping[str, Any], transitions: Iterable[Any]) -> Ends:
    """The ends that the published messages tell of."""
    rows = {key: b64decode(value["state"]) for key, value in published.items() if "/" not in key}
    views: dict[str, dict[str, Any]] = {key: {} for key in rows}
    details: dict[str, dict[str, bytes]] = {key: {} for key in rows}
    for key, value in published.items():
        patient, _, episode = key.partition("/")
        if episode:
            views.setdefault(patient, {})[episode] = value["view"]
            details.setdefault(patient, {})[episode] = b64decode(value["detail"])
    standing = _standing(transitions)
    return {
        key: End(encode_patient(_state(key, rows.get(key), mine)), views[key], frozenset(standing[key]))
        for key, mine in details.items()
    }


def _state(key: str, row: bytes | None, details: Mapping[str, bytes]) -> PatientState:
    return decode(encode(PatientState(patient_key=key))[0] if row is None else row, details)


def _standing(transitions: Iterable[Any]) -> dict[str, set[str]]:
    """By patient, the facts that hold after all messages: each published once, or once more after it went."""
    standing: dict[str, set[str]] = defaultdict(set)
    seen: set[str] = set()
    for record in transitions:
        message = json.loads(record.value)
        if message["message_id"] in seen:
            continue
        seen.add(message["message_id"])
        holding = standing[message["patient_key"]]
        if message["change"] == "published":
            assert message["fact_id"] not in holding, "a fact was published twice"
            holding.add(message["fact_id"])
        else:
            holding.remove(message["fact_id"])
    return standing


def records(bootstrap: str, topic: str) -> Iterator[Any]:
    """Every committed record of a topic."""
    consumer = _reader(bootstrap, topic)
    places = list(consumer.assignment())
    ends = consumer.end_offsets(places)
    while any(consumer.position(place) < ends[place] for place in places):
        for found in consumer.poll(timeout_ms=500).values():
            yield from found
    consumer.close()


def _reader(bootstrap: str, topic: str) -> KafkaConsumer:
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, isolation_level="read_committed"
    )
    places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    return consumer


def _ends(bootstrap: str, topic: str) -> dict[int, int]:
    consumer = _reader(bootstrap, topic)
    found = consumer.end_offsets(list(consumer.assignment()))
    consumer.close()
    return {place.partition: end for place, end in found.items()}
