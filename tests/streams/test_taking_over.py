"""A partition goes from host to host, files are lost, damaged and put back: states and facts stay exact."""

import json
import logging
import shutil
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kafka_in_memory import KafkaInMemory, OutletInMemory, PublishedInMemory, publish
from patients import Patient

from contracts import events, topics
from streams.batch import Fetched
from streams.messages import MARKER_KEY, is_of_episode
from streams.opening import Log, beside, open_store, store_path
from streams.partition import Partition
from streams.position import StoreRefused
from streams.producing import PublishFailed
from streams.progression.codec import encode, encode_patient
from streams.progression.decisions import facts
from streams.progression.fold import evolve
from streams.progression.state import PatientState, initial
from streams.restoring import Restoration
from streams.states import bare_row, state_of
from streams.store import read_patient
from streams.taking_over import TakingOver, bring_up, progress_of

RULES = "rules-1"
FILES = ("", "-wal", "-shm")


def log_of(names: tuple[str, ...] = ("ann", "bob", "cyd")) -> KafkaInMemory:
    """Patients in turn, with a late event, a repetition, a retraction and an erasure."""
    people = [Patient(name) for name in names]
    for each in people:
        each.opened()
        each.program("S0")
        for number in range(4):
            each.session(3 + 7 * number)
    people[1].retracted(people[1].events()[4], 60)
    people[2].erased(70)
    said = sorted((event for each in people for event in each.events()), key=lambda one: one.occurred_at)
    said.insert(len(said) // 2, said[3])
    said.append(said.pop(5))
    kafka = KafkaInMemory()
    for event in said:
        kafka.append(event.patient_key.encode(), events.encode(event))
    return kafka


@dataclass
class Hosts:
    """Some hosts with a home each, of which one owns the partition."""

    folder: Path
    kafka: KafkaInMemory = field(default_factory=log_of)
    owner: str = ""
    partition: Partition | None = None
    outlet: OutletInMemory | None = None

    def home(self, host: str) -> Path:
        return self.folder / host

    def take(self, host: str, topic_id: str = "topic-id", rules: str = RULES) -> Partition:
        """Kafka hands the partition to this host."""
        self.outlet = OutletInMemory(self.kafka)
        self.kafka.publisher = self.outlet
        opens = TakingOver(
            self.home(host), "myomap.events", topic_id, rules, lambda: PublishedInMemory(self.kafka)
        )
        store = opens.open([3])[3]
        assert opens.restoring == {}
        self.owner, self.partition = host, Partition(store, Log("myomap.events", topic_id, 3), rules)
        self.partition.start(self.kafka.bounds())
        return self.partition

    def fold(self, count: int) -> None:
        """The owner reads so many events."""
        if self.partition is None:
            return
        store = self.partition.store
        at = store.next_offset - self.kafka.begins
        records = self.kafka.log[at : at + count]
        if records:
            self.partition.apply(Fetched(3, store.epoch, store.next_offset, records[-1].offset + 1, records))

    def publish(self, loses: str | None = None) -> None:
        """The owner publishes, and perhaps Kafka does not take it, or its answer gets lost."""
        if self.partition is None or self.outlet is None:
            return
        self.outlet.loses = loses
        try:
            publish(self.partition, self.outlet)
        except PublishFailed:
            self.crash()

    def stop(self) -> None:
        """The owner gives the partition back in order."""
        if self.partition is not None:
            self.partition.close()
        self.partition = None

    def crash(self) -> None:
        """The owner is killed: its files stay as they are at this moment."""
        if self.partition is None:
            return
        path = self.path(self.owner)
        kept = {end: beside(path, end).read_bytes() for end in FILES[:2] if beside(path, end).exists()}
        self.stop()
        for end in FILES:
            beside(path, end).unlink(missing_ok=True)
        for end, content in kept.items():
            beside(path, end).write_bytes(content)

    def path(self, host: str) -> Path:
        return store_path(self.home(host), 3)

    def lose(self, host: str) -> None:
        """The host's disk is empty."""
        shutil.rmtree(self.home(host), ignore_errors=True)

    def finish(self, host: str) -> None:
        """This host reads and publishes what is left."""
        self.stop()
        self.take(host)
        self.fold(10_000)
        self.publish()


def assert_exact(hosts: Hosts) -> None:
    """The store, the states and the facts that are published are those of a straight fold of the log."""
    states: dict[str, PatientState] = {}
    for record in hosts.kafka.log:
        event = events.decode(record.value or b"")
        states[event.patient_key] = evolve(states.get(event.patient_key, initial()), event)
    assert hosts.partition is not None
    rows = hosts.partition.store.load(states)
    latest = {each.key: each.value for each in hosts.kafka.of(topics.PROGRESSION)}
    for key, state in states.items():
        row, episodes = encode(state)
        assert rows[key].state == row
        assert {name: (each.view, each.detail) for name, each in rows[key].episodes.items()} == episodes
        assert (latest.get(key.encode()) is None) == (row == bare_row(key))
    views = {key: json.loads(value)["view"] for key, value in latest.items() if value and is_of_episode(key)}
    assert views == {
        f"{key}/{name}".encode(): json.loads(view)
        for key, state in states.items()
        for name, (view, _) in encode(state)[1].items()
    }
    assert json.loads(latest[MARKER_KEY] or b"")["covers"]["next_offset"] == hosts.kafka.bounds().end
    assert standing(hosts.kafka) == {fact.fact_id for state in states.values() for fact in facts(state)}


def standing(kafka: KafkaInMemory) -> set[str]:
    """The facts that stand after all transitions; each is published before it is withdrawn, never twice."""
    seen: set[str] = set()
    stand: set[str] = set()
    for each in kafka.of(topics.TRANSITIONS):
        said = json.loads(each.value or b"")
        if said["message_id"] in seen:
            continue
        seen.add(said["message_id"])
        if said["change"] == "published":
            assert said["fact_id"] not in stand, "a fact was published twice"
            stand.add(said["fact_id"])
        else:
            stand.remove(said["fact_id"])
    return stand


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garble(path: Path) -> None:
    path.write_bytes(b"\xa5" * path.stat().st_size)


def lose_wal(path: Path) -> None:
    beside(path, "-wal").unlink(missing_ok=True)


def lose_all_but_wal(path: Path) -> None:
    path.unlink()


DAMAGES: dict[str, Callable[[Path], None]] = {
    "truncated": truncate,
    "zero bytes": empty,
    "garbage": garble,
    "write-ahead log lost": lose_wal,
    "file lost": lose_all_but_wal,
}

HOST = st.sampled_from(["one", "two"])
TURN = st.fixed_dictionaries(
    {
        "host": HOST,
        "folds": st.integers(0, 12),
        "publishes": st.sampled_from([True, True, True, False]),
        "folds_on": st.integers(0, 12),
        "loses": st.sampled_from([None, None, "all of it", "the answer"]),
        "ends": st.sampled_from(["stop", "crash"]),
    }
)
"""A host takes the partition, folds and publishes, folds on and perhaps publishes, and gives it up."""
TO_FILES = st.tuples(
    st.sampled_from(["lose", "save", "put back", "copy home", "compact", *sorted(DAMAGES)]), HOST
)


def play(hosts: Hosts, turn: dict[str, Any]) -> None:
    hosts.take(turn["host"])
    hosts.fold(turn["folds"])
    if turn["publishes"]:
        hosts.publish()
    hosts.fold(turn["folds_on"])
    if turn["loses"]:
        hosts.publish(turn["loses"])
    getattr(hosts, turn["ends"])()


def change_files(hosts: Hosts, step: str, host: str) -> None:
    home, saved = hosts.home(host), hosts.folder / f"saved-{host}"
    if step == "lose":
        hosts.lose(host)
    elif step == "compact":
        hosts.kafka.compact()
    elif step == "put back" and saved.exists():
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(saved, home)
    elif step == "save" and home.exists():
        shutil.copytree(home, saved, dirs_exist_ok=True)
    elif step == "copy home" and home.exists():
        other = hosts.home("two" if host == "one" else "one")
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(home, other)
    elif step in DAMAGES and hosts.path(host).exists():
        DAMAGES[step](hosts.path(host))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(TURN, TURN, TO_FILES), min_size=2, max_size=10), HOST)
def test_whatever_happens_to_hosts_and_files_states_and_facts_are_those_of_a_straight_fold(
    tmp_path_factory: pytest.TempPathFactory, happens: list[Any], last: str
) -> None:
    hosts = Hosts(tmp_path_factory.mktemp("hosts"))
    for each in happens:
        if isinstance(each, dict):
            play(hosts, each)
        else:
            change_files(hosts, *each)
    hosts.finish(last)
    assert_exact(hosts)
    hosts.stop()


@pytest.fixture
def hosts(tmp_path: Path) -> Hosts:
    return Hosts(tmp_path)


def work(hosts: Hosts, host: str, published: int, ahead: int = 0) -> None:
    """A host takes the partition, publishes so many events, folds some more and is killed."""
    hosts.take(host)
    hosts.fold(published)
    hosts.publish()
    hosts.fold(ahead)
    hosts.crash()


def test_a_crash_before_the_publish_is_followed_by_the_publish(hosts: Hosts) -> None:
    work(hosts, "one", 6, ahead=5)
    partition = hosts.take("one")
    assert partition.store.next_offset == 11
    hosts.finish("one")
    assert_exact(hosts)


def test_a_fresh_host_goes_on_where_the_other_one_published(
    hosts: Hosts, caplog: pytest.LogCaptureFixture
) -> None:
    work(hosts, "one", 6, ahead=5)
    with caplog.at_level(logging.WARNING):
        assert hosts.take("two").store.next_offset == 6
    assert caplog.messages == [
        "Partition 3 of myomap.events is restored from Kafka up to offset 6 and read on from there: there is "
        "no store of it here."
    ]
    hosts.finish("two")
    assert_exact(hosts)


def test_a_host_that_was_ahead_of_what_it_published_does_not_publish_what_another_one_did(
    hosts: Hosts, caplog: pytest.LogCaptureFixture
) -> None:
    work(hosts, "one", 6, ahead=9)
    work(hosts, "two", 7)
    with caplog.at_level(logging.WARNING):
        assert hosts.take("one").store.next_offset == 13
    assert "another worker went on with it" in caplog.text
    assert len(list(hosts.home("one").glob("*.ahead-*"))) == 1
    hosts.finish("one")
    assert_exact(hosts)


def test_an_older_store_is_made_again(hosts: Hosts, caplog: pytest.LogCaptureFixture) -> None:
    work(hosts, "one", 4)
    change_files(hosts, "save", "one")
    work(hosts, "one", 9)
    change_files(hosts, "put back", "one")  # from a backup
    with caplog.at_level(logging.WARNING):
        assert hosts.take("one").store.next_offset == 13
    assert "its store is an older one (offset 4)" in caplog.text
    hosts.finish("one")
    assert_exact(hosts)


def test_a_publish_whose_answer_got_lost_is_repeated_with_the_same_ids(hosts: Hosts) -> None:
    hosts.take("one")
    hosts.fold(9)
    hosts.publish("the answer")
    once = {json.loads(each.value or b"")["message_id"] for each in hosts.kafka.of(topics.TRANSITIONS)}
    hosts.take("one")
    hosts.publish()
    told = [json.loads(each.value or b"")["message_id"] for each in hosts.kafka.of(topics.TRANSITIONS)]
    assert len(told) == 2 * len(once) and set(told) == once
    hosts.finish("one")
    assert_exact(hosts)


@pytest.mark.parametrize("damage", sorted(DAMAGES))
def test_a_damaged_store_is_moved_aside_and_made_again(
    hosts: Hosts, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    work(hosts, "one", 9, ahead=4)
    DAMAGES[damage](hosts.path("one"))
    with caplog.at_level(logging.WARNING):
        hosts.take("one")
    assert "is damaged" in caplog.text
    assert "restored from Kafka up to offset 9" in caplog.text
    assert list(hosts.home("one").glob("*.damaged-*"))
    hosts.finish("one")
    assert_exact(hosts)


@pytest.mark.parametrize("damage", sorted(DAMAGES))
def test_a_damaged_store_of_which_nothing_is_published_is_read_again_from_the_start(
    hosts: Hosts, damage: str
) -> None:
    hosts.take("one")
    hosts.fold(9)
    hosts.crash()
    DAMAGES[damage](hosts.path("one"))
    assert hosts.take("one").store.next_offset == 0
    hosts.finish("one")
    assert_exact(hosts)


def test_an_empty_published_topic_is_filled_again(hosts: Hosts, caplog: pytest.LogCaptureFixture) -> None:
    work(hosts, "one", 20)
    hosts.kafka.sent.pop(topics.PROGRESSION)
    with caplog.at_level(logging.WARNING):
        hosts.take("one")
    assert "is no longer in the published topic; all of it is published again" in caplog.text
    hosts.finish("one")
    assert_exact(hosts)


def test_a_published_topic_that_lost_its_end_is_published_again_and_nothing_stale_stays(
    hosts: Hosts, caplog: pytest.LogCaptureFixture
) -> None:
    hosts.take("one")
    hosts.fold(len(hosts.kafka.log) - 2)
    hosts.publish()
    kept = list(hosts.kafka.sent[topics.PROGRESSION])
    hosts.fold(2)  # somebody is erased
    hosts.publish()
    hosts.crash()
    hosts.kafka.sent[topics.PROGRESSION] = kept
    with caplog.at_level(logging.WARNING):
        hosts.take("one")
    assert "was published further than Kafka now holds" in caplog.text
    hosts.finish("one")
    assert_exact(hosts)


def test_a_log_that_was_cut_below_the_store_is_read_again_from_what_is_published(
    hosts: Hosts, caplog: pytest.LogCaptureFixture
) -> None:
    work(hosts, "one", 9, ahead=6)
    del hosts.kafka.log[12:]
    with caplog.at_level(logging.WARNING):
        assert hosts.take("one").store.next_offset == 9
    assert "the log was cut below its store (offset 15)" in caplog.text
    hosts.finish("one")
    assert_exact(hosts)


def test_a_store_that_was_made_anew_from_the_lake_stands_above_what_is_published(hosts: Hosts) -> None:
    work(hosts, "one", 9)
    rebuilt = hosts.home("rebuilt")
    store = open_store(rebuilt, Log("myomap.events", "topic-id", 3), RULES)
    partition = Partition(store, Log("myomap.events", "topic-id", 3), RULES)
    partition.apply(Fetched(3, store.epoch, 0, 12, hosts.kafka.log[:12]))
    partition.close()
    with sqlite3.connect(hosts.path("rebuilt")) as connection:
        marker = PublishedInMemory(hosts.kafka).marker(3)
        assert marker is not None
        connection.execute("UPDATE meta SET is_remade = 1")
        connection.execute("INSERT INTO owners (owner) VALUES (?)", (marker.owner,))
        connection.execute("DELETE FROM outbox")  # its facts were compared with those that are published
    connection.close()
    assert hosts.take("rebuilt").store.next_offset == 12
    hosts.publish()
    assert hosts.take("rebuilt").store.next_offset == 12
    latest = {each.key for each in hosts.kafka.of(topics.PROGRESSION)[-12:]}
    assert {record.key for record in hosts.kafka.log[:12]} <= {
        (key or b"").partition(b"/")[0] for key in latest
    }


@pytest.mark.parametrize("published", [0, 9])
def test_a_log_that_no_longer_holds_what_comes_next_is_refused_with_the_command_that_heals_it(
    hosts: Hosts, published: int
) -> None:
    work(hosts, "one", published)
    hosts.kafka.begins, hosts.kafka.log = 12, hosts.kafka.log[12:]
    for host in ("one", "two"):
        with pytest.raises(StoreRefused, match="myomap stream rebuild"):
            hosts.take(host)


def test_a_topic_that_was_made_again_is_refused_with_the_command_that_heals_it(hosts: Hosts) -> None:
    work(hosts, "one", 9)
    for host in ("one", "two"):
        with pytest.raises(StoreRefused, match=r"was made again.*myomap stream rebuild"):
            hosts.take(host, topic_id="another")


def test_a_store_of_a_topic_that_is_no_more_makes_place_where_another_host_went_on(hosts: Hosts) -> None:
    work(hosts, "one", 9)
    hosts.kafka.sent.clear()
    hosts.take("two", topic_id="another")
    hosts.fold(12)
    hosts.publish()
    hosts.crash()
    assert hosts.take("one", topic_id="another").store.next_offset == 12
    assert len(list(hosts.home("one").glob("*.other-topic-*"))) == 1


def test_published_states_of_other_rules_are_refused_with_the_command_that_heals_them(hosts: Hosts) -> None:
    work(hosts, "one", 9)
    for host in ("one", "two"):
        with pytest.raises(StoreRefused, match="myomap stream refold"):
            hosts.take(host, rules="rules-2")
    assert hosts.take("one").store.next_offset == 9


def test_an_operator_can_bring_a_store_up_to_date_whatever_its_rules_are(hosts: Hosts) -> None:
    work(hosts, "one", 9)
    log = Log("myomap.events", "topic-id", 3)
    bring_up(hosts.home("two"), log, PublishedInMemory(hosts.kafka), None, Restoration(3))
    store = open_store(hosts.home("two"), log, RULES)
    assert store.next_offset == 9
    store.close()


def test_progress_is_shown_of_restorations_alone() -> None:
    under_way = Restoration(2, read=40, total=90)
    assert progress_of({1: Restoration(1), 2: under_way}) == {2: (40, 90)}


def stored(homes: list[Path]) -> dict[str, bytes]:
    """Every patient's state in the store that is furthest, of all homes."""
    best: dict[int, tuple[int, Path]] = {}
    for home in homes:
        for path in (home / "streams").glob("partition-*.sqlite"):
            connection = sqlite3.connect(path)
            number, offset = connection.execute("SELECT partition, next_offset FROM meta").fetchone()
            connection.close()
            best[number] = max(best.get(number, (-1, path)), (offset, path))
    states: dict[str, bytes] = {}
    for _, path in best.values():
        connection = sqlite3.connect(path)
        for (key,) in connection.execute("SELECT patient_key FROM patients").fetchall():
            row = read_patient(connection, key)
            assert row is not None
            states[key] = encode_patient(state_of(row))
        connection.close()
    return states


@pytest.mark.broker
@pytest.mark.timeout(150)
def test_partitions_go_from_home_to_home_on_a_real_broker(
    workers: Callable[..., Any],
    send: Callable[..., None],
    eventually: Callable[..., None],
    tmp_path: Path,
) -> None:
    """A fresh host takes over from one whose disk is lost, two share, one is killed, the other has all."""
    people = [Patient(f"p{number}") for number in range(40)]
    for each in people:
        each.opened()
        each.program("S0")
        for number in range(6):
            each.session(3 + 7 * number)
    said = sorted((event for each in people for event in each.events()), key=lambda one: one.occurred_at)
    thirds = [said[at::3] for at in range(3)]
    one, two = workers(), workers()
    two.home = tmp_path / "other"
    seen = [0]

    def all_read() -> bool:
        offsets = one.offsets() | {
            name: max(at, one.offsets().get(name, 0)) for name, at in two.offsets().items()
        }
        return sum(offsets.values()) >= seen[0]

    def send_on(part: list[Any]) -> None:
        send(part)
        seen[0] += len(part)
        eventually(
            all_read, 40, lambda: f"{one.offsets()} {two.offsets()} {one.said()[-900:]} {two.said()[-900:]}"
        )

    one.start()
    eventually(lambda: len(one.owns()) == 4, 30, one.said)
    send_on(thirds[0])
    one.kill()
    shutil.rmtree(one.home)
    two.start()
    eventually(lambda: len(two.owns()) == 4, 40, two.said)
    assert two.said().count("restored from Kafka up to offset") == 4
    one.start()
    eventually(lambda: len(one.owns()) == len(two.owns()) == 2, 40, lambda: one.said() + two.said())
    send_on(thirds[1])
    two.kill()
    eventually(lambda: len(one.owns()) == 4, 40, one.said)
    send_on(thirds[2])
    one.signal(signal.SIGTERM)
    assert one.wait(20) == 0
    states: dict[str, PatientState] = {}
    for event in (event for part in thirds for event in part):
        states[event.patient_key] = evolve(states.get(event.patient_key, initial()), event)
    assert stored([one.home]) == {key: encode_patient(state) for key, state in states.items()}


def test_a_disk_that_takes_nothing_is_named(hosts: Hosts) -> None:
    work(hosts, "one", 9)
    hosts.home("two").write_bytes(b"a file where the folder should be")
    with pytest.raises(StoreRefused, match=r"two cannot be written .* make room on the disk"):
        hosts.take("two")
