"""A worker that is killed again and again loses nothing, counts nothing twice and contradicts no one.

The oracle reads the log and the published topics only: it folds the topic of events straight, and
compares the stores and both outgoing topics with that.
"""

import hashlib
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from contracts import events, topics
from contracts.events import Event
from contracts.settings import Home
from streams.batch import decode
from streams.lookup import find_patient
from streams.progression.codec import encode, encode_patient
from streams.progression.decisions import facts
from streams.progression.fold import evolve
from streams.progression.policy import rules_version
from streams.progression.state import PatientState, initial

pytestmark = [pytest.mark.broker, pytest.mark.e2e]

PARTITIONS = 4
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def history(patient: int, dice: random.Random) -> list[Event]:
    """Some months of one patient: an episode, a program, sessions with symptoms and sets, measurements."""
    key = hashlib.sha256(f"patient {patient}".encode()).hexdigest()[:32]
    episode = hashlib.sha256(f"episode {patient}".encode()).hexdigest()[:32]
    said: list[Event] = []

    def say(kind: type, day: float, **fields: Any) -> None:
        identity = (str(len(said)),)
        at = START + timedelta(days=day)
        said.append(
            kind(
                event_id=events.event_id_of(key, "therapist_form", kind.__name__, identity),
                patient_key=key,
                occurred_at=at,
                received_at=at,
                source="therapist_form",
                contract_version=1,
                **fields,
            )
        )

    say(
        events.EpisodeOpened,
        0,
        episode_id=episode,
        condition="post_injury",
        clinic="north",
        zone="Europe/Oslo",
    )
    track = events.TrackEntry(muscle_group="quadriceps", side="left", stage="S1")
    say(
        events.ProgramAssigned, 1, episode_id=episode, program="strength", tracks=(track,),
        muscle_groups=("quadriceps",), sessions_per_week=3.0, policy="default_msk", policy_version=1,
    )  # fmt: skip
    for number in range(dice.randrange(6, 14)):
        day, session = 2 + 2.5 * number, f"{episode[:20]}{number:012d}"
        say(events.SessionRecorded, day, place="clinic", attended=dice.random() < 0.9, session_id=session,
            episode_id=episode, quality=0.9)  # fmt: skip
        say(events.SymptomReported, day + 0.01, phase="after", session_id=session, episode_id=episode,
            pain=float(dice.choice([0, 1, 1, 2, 6])), soreness="none")  # fmt: skip
        say(events.ExerciseSetRecorded, day + 0.005, exercise="knee extension", muscle_group="quadriceps",
            side="left", session_id=session, episode_id=episode, prescribed_reps=10, completed_reps=10,
            correct_reps=dice.choice([8, 10, 10]), load_kg=10.0)  # fmt: skip
    say(events.OutcomeMeasured, 30, measure="nprs", value=3.0, unit="score", method="self_report",
        device_class="questionnaire", episode_id=episode)  # fmt: skip
    if dice.random() < 0.2:
        say(events.EventRetracted, 31, retracts=said[3].event_id, reason_code="entered_in_error")
    if dice.random() < 0.05:
        say(events.PatientErased, 40)
    return said


def stream(patients: int, seed: int) -> list[Event]:
    """The histories interleaved, some events late, some twice; the same seed gives the same stream."""
    dice = random.Random(seed)
    timed = []
    for patient in range(patients):
        for event in history(patient, dice):
            delay = timedelta(days=dice.choice([0, 0, 0, 0, 0, 20]))
            timed.append((event.occurred_at + delay, event))
            if dice.random() < 0.03:
                timed.append((event.occurred_at + timedelta(days=5), event))
    return [event for _, event in sorted(timed, key=lambda pair: (pair[0], pair[1].event_id))]


@dataclass
class Setting:
    bootstrap: str
    home: Path
    port: int

    def start(self) -> subprocess.Popen[bytes]:
        program = "import os; from contracts.settings import settings_from; from streams.worker import run; "
        return subprocess.Popen(
            [sys.executable, "-c", program + "run(settings_from(os.environ))"],
            env=os.environ
            | {
                "MYOMAP_HOME": str(self.home),
                "MYOMAP_BROKER": self.bootstrap,
                "MYOMAP_WORKER_PORT": str(self.port),
            },
            stdout=subprocess.DEVNULL,
            stderr=(self.home.parent / "worker.log").open("ab"),
        )

    def offsets(self) -> dict[int, int]:
        found = {}
        for path in sorted((self.home / "streams").glob("partition-*.sqlite")):
            connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
            partition, offset = connection.execute("SELECT partition, next_offset FROM meta").fetchone()
            waiting = connection.execute(
                "SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM unpublished)"
            ).fetchone()[0]
            connection.close()
            found[partition] = offset - (1 if waiting else 0)
        return found

    def wait_until_done(self, worker: subprocess.Popen[bytes], seconds: float = 120) -> None:
        ends = self.ends(topics.EVENTS)
        deadline = time.monotonic() + seconds
        while self.offsets() != ends:
            assert worker.poll() is None, (self.home.parent / "worker.log").read_text()[-3000:]
            assert time.monotonic() < deadline, f"{self.offsets()} of {ends}"
            time.sleep(0.1)

    def wait_until_ready(self, worker: subprocess.Popen[bytes], seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while True:
            assert worker.poll() is None, (self.home.parent / "worker.log").read_text()[-3000:]
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/readyz", trust_env=False).status_code == 200:
                    return
            except httpx.HTTPError:
                pass  # its page is not there yet
            assert time.monotonic() < deadline, "the worker owns no partition"
            time.sleep(0.1)

    def ends(self, topic: str) -> dict[int, int]:
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap)
        found = consumer.end_offsets([TopicPartition(topic, number) for number in range(PARTITIONS)])
        consumer.close()
        return {place.partition: offset for place, offset in found.items()}

    def records(self, topic: str) -> dict[int, list[Any]]:
        """Everything in a topic, by partition, in its order."""
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap, enable_auto_commit=False)
        places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        found: dict[int, list[Any]] = defaultdict(list)
        while any(consumer.position(place) < ends[place] for place in places):
            for place, records in consumer.poll(timeout_ms=500).items():
                found[place.partition].extend(records)
        consumer.close()
        return found


@pytest.fixture
def setting(broker: str, tmp_path: Path) -> Setting:
    admin = KafkaAdminClient(bootstrap_servers=broker)
    wanted = topics.topics([], PARTITIONS)
    there = set(admin.list_topics())
    admin.delete_topics([topic.name for topic in wanted if topic.name in there])
    while there & {topic.name for topic in wanted}:
        time.sleep(0.2)
        there = set(admin.list_topics())
    admin.create_topics(
        [NewTopic(topic.name, topic.partitions, 1, topic_configs=dict(topic.config)) for topic in wanted]
    )
    admin.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Setting(broker, tmp_path / "home", port)


def produce(setting: Setting, stream: list[Event], pause: float, poison: int = 0) -> None:
    """Send the stream over about ``pause`` seconds, with some records that are no events."""
    producer = KafkaProducer(bootstrap_servers=setting.bootstrap, linger_ms=5)
    slice_size = max(1, len(stream) // 100)
    for at in range(0, len(stream), slice_size):
        for event in stream[at : at + slice_size]:
            producer.send(topics.EVENTS, key=event.patient_key.encode(), value=events.encode(event))
        if at // slice_size < poison:
            producer.send(topics.EVENTS, key=b"nobody", value=b'{"type":"SessionRecorded","pain":\xff}')
        producer.flush()
        time.sleep(pause / 100)
    producer.close()


def straight_fold(records: dict[int, list[Any]]) -> dict[int, dict[str, PatientState]]:
    states: dict[int, dict[str, PatientState]] = {}
    for partition, log in records.items():
        mine = states.setdefault(partition, {})
        for _, event in decode(log, "the log").events:
            mine[event.patient_key] = evolve(mine.get(event.patient_key, initial()), event)
    return states


def once(records: list[Any]) -> Iterator[dict[str, Any]]:
    """The messages of a topic's partition without repetitions."""
    seen: set[str] = set()
    for record in records:
        message = json.loads(record.value)
        if message["message_id"] not in seen:
            seen.add(message["message_id"])
            yield message


def standing(records: list[Any]) -> set[str]:
    """The facts that hold after all messages; each is published before it is withdrawn, never twice."""
    holding: set[str] = set()
    for message in once(records):
        if message["change"] == "published":
            assert message["fact_id"] not in holding, "a fact was published twice"
            holding.add(message["fact_id"])
        else:
            holding.remove(message["fact_id"])
    return holding


def stored(setting: Setting, states: dict[int, dict[str, PatientState]]) -> dict[str, bytes]:
    """What the stores hold of these patients."""
    found = {}
    for key in (key for mine in states.values() for key in mine):
        state = find_patient(Home(setting.home), key)
        assert state is not None, "a patient is missing in the stores"
        found[key] = encode_patient(state)
    return found


def latest(records: dict[int, list[Any]]) -> dict[tuple[int, str], dict[str, Any] | None]:
    """The last progression message of each key; None where the last one is a tombstone."""
    return {
        (partition, record.key.decode()): json.loads(record.value) if record.value is not None else None
        for partition, log in records.items()
        for record in log
    }


def expected_progression(states: dict[int, dict[str, PatientState]]) -> dict[tuple[int, str], Any]:
    return {
        (partition, f"{key}/{episode}"): (json.loads(view), b64encode(detail).decode())
        for partition, mine in states.items()
        for key, state in mine.items()
        for episode, (view, detail) in encode(state)[1].items()
    }


def assert_all_agree(setting: Setting) -> None:
    """Stores, progression and transitions say what a straight fold of the log says."""
    log = setting.records(topics.EVENTS)
    states = straight_fold(log)
    assert stored(setting, states) == {
        key: encode_patient(state) for mine in states.values() for key, state in mine.items()
    }
    published = latest(setting.records(topics.PROGRESSION))
    standing_values = {
        name: (message["view"], message["detail"])
        for name, message in published.items()
        if message is not None
    }
    assert standing_values == expected_progression(states)
    ends = setting.ends(topics.EVENTS)
    for (partition, _), message in published.items():
        if message is not None:
            assert message["covers"]["partition"] == partition
            assert message["covers"]["next_offset"] <= ends[partition]
            assert message["rules_version"] == rules_version()
    transitions = setting.records(topics.TRANSITIONS)
    for partition, mine in states.items():
        held = {fact.fact_id for state in mine.values() for fact in facts(state)}
        assert standing(transitions.get(partition, [])) == held


def kill_again_and_again(
    setting: Setting, slices: list[list[Event]], poison: int, dice: random.Random
) -> None:
    """For each slice: send it to a running worker, and kill the worker once it has committed some of it."""
    for each in slices:
        before = sum(setting.offsets().values())
        worker = setting.start()
        setting.wait_until_ready(worker)
        sending = threading.Thread(target=produce, args=(setting, each, 1.5, poison))
        sending.start()
        deadline = time.monotonic() + 30
        while sum(setting.offsets().values()) <= before:
            assert time.monotonic() < deadline, "the worker commits nothing"
            time.sleep(0.01)
        time.sleep(dice.uniform(0.0, 1.0))
        assert worker.poll() is None, (setting.home.parent / "worker.log").read_text()[-3000:]
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        sending.join()


def finish(setting: Setting) -> None:
    """Let a worker read the rest, and stop it as an operator would."""
    worker = setting.start()
    try:
        setting.wait_until_ready(worker)
        setting.wait_until_done(worker)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0
    finally:
        if worker.poll() is None:
            worker.kill()
            worker.wait()


@pytest.mark.timeout(180)
def test_a_worker_that_is_killed_in_mid_stream_ends_where_a_straight_fold_ends(setting: Setting) -> None:
    seed = random.randrange(10_000)
    print(f"seed {seed}")
    kills, poison = 4, 2
    sent = stream(120, seed)
    size = -(-len(sent) // kills)
    slices = [sent[at : at + size] for at in range(0, len(sent), size)]
    kill_again_and_again(setting, slices, poison, random.Random(seed))
    finish(setting)
    assert_all_agree(setting)
    quarantined = [each for log in setting.records(topics.QUARANTINED).values() for each in once(log)]
    assert [each["reason"] for each in quarantined] == ["not_decodable"] * (poison * len(slices))
    assert all("pain" not in json.dumps(each) for each in quarantined), "a value left the log"
