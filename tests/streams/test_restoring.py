import sqlite3
from pathlib import Path

import pytest
from kafka_in_memory import KafkaInMemory, OutletInMemory, PublishedInMemory, publish
from patients import Patient

from contracts import events, topics
from streams.batch import Fetched
from streams.messages import MARKER_KEY, marker_message
from streams.opening import Log, connect, open_store, store_path
from streams.partition import Partition
from streams.position import StoreRefused
from streams.restoring import UNFINISHED, Restoration, restore
from streams.rows import Marker, Message

LOG = Log("myomap.events", "topic-id", 3)


def dump(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row that a store holds of patients, and where it is."""
    connection = sqlite3.connect(store_path(folder, 3))
    queries = {
        "patients": "SELECT * FROM patients ORDER BY patient_key",
        "episodes": "SELECT * FROM episodes ORDER BY patient_key, episode_id",
        "meta": "SELECT format, topic, partition, topic_id, rules_version, next_offset FROM meta",
        "unpublished": "SELECT * FROM unpublished",
        "outbox": "SELECT * FROM outbox",
        "quarantined": "SELECT * FROM quarantined ORDER BY record_offset",
    }
    found = {name: connection.execute(query).fetchall() for name, query in queries.items()}
    connection.close()
    return found


@pytest.fixture
def kafka() -> KafkaInMemory:
    """Five patients and some poison: one has two episodes, one none yet, one is erased later."""
    made = KafkaInMemory()
    people = [Patient(name) for name in ("ann", "bob", "cyd", "dan", "eve")]
    for each in people:
        if each.name != "cyd":
            each.opened()
            each.program("S0")
        each.session(3)
    people[0].opened(40, episode_id="ffff")
    people[3].erased(50)
    for said in sorted((event for each in people for event in each.events()), key=lambda e: e.occurred_at):
        made.append(said.patient_key.encode(), events.encode(said))
        if len(made.log) % 5 == 0:
            made.append(b"nobody", b"no event")
    return made


@pytest.fixture
def lost(kafka: KafkaInMemory, tmp_path: Path) -> Path:
    """A home whose store followed the log and published every few events."""
    folder = tmp_path / "lost"
    store = open_store(folder, LOG, "rules-1")
    partition, outlet = Partition(store, LOG, "rules-1"), OutletInMemory(kafka)
    kafka.publisher = outlet
    for at in range(0, len(kafka.log), 4):
        records = kafka.log[at : at + 4]
        partition.apply(Fetched(3, store.epoch, at, at + len(records), records))
        publish(partition, outlet)
    partition.close()
    return folder


@pytest.mark.parametrize("compacted", [False, True])
def test_a_restored_store_is_row_for_row_the_one_that_was_lost(
    kafka: KafkaInMemory, lost: Path, tmp_path: Path, compacted: bool
) -> None:
    if compacted:
        kafka.compact()
    progress = Restoration(3)
    marker = restore(tmp_path / "fresh", LOG, PublishedInMemory(kafka), progress)
    assert marker.next_offset == len(kafka.log)
    assert dump(tmp_path / "fresh") == dump(lost)
    assert len(dump(lost)["patients"]) == 5
    assert len(dump(lost)["quarantined"]) > 2
    assert progress.read == progress.total > progress.states > 0
    store = open_store(tmp_path / "fresh", LOG, "rules-1")
    assert store.next_offset == len(kafka.log)
    with store.waiting() as waiting:
        assert not waiting


def test_the_old_store_and_its_write_ahead_log_make_place(
    kafka: KafkaInMemory, lost: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old"
    connection = connect(store_path(old.joinpath(""), 3)) if old.mkdir() is None else None
    assert connection is not None
    connection.execute("CREATE TABLE of_old (a)")  # stays in the write-ahead log while it is open
    restore(old, LOG, PublishedInMemory(kafka), Restoration(3))
    connection.close()
    assert dump(old) == dump(lost)


def test_an_unfinished_restoration_is_begun_anew(kafka: KafkaInMemory, lost: Path, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    folder.mkdir()
    unfinished = folder / f"partition-0003.sqlite{UNFINISHED}"
    unfinished.write_bytes(b"half of a file")
    restore(folder, LOG, PublishedInMemory(kafka), Restoration(3))
    assert not unfinished.exists()
    assert dump(folder) == dump(lost)


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (Message(topics.PROGRESSION, b"ann/knee", b'{"view"'), "cannot be read"),
        (marker_message(Marker(2, "topic-id", "rules-1", "me"), 3), "beyond its marker"),
    ],
)
def test_what_does_not_hang_together_is_refused_and_nothing_is_changed(
    kafka: KafkaInMemory, lost: Path, tmp_path: Path, message: Message, says: str
) -> None:
    kafka.put([message])
    before = dump(lost)
    with pytest.raises(StoreRefused, match=rf"{says}.*myomap stream rebuild"):
        restore(lost, LOG, PublishedInMemory(kafka), Restoration(3))
    assert dump(lost) == before


def test_without_a_marker_nothing_is_restored(kafka: KafkaInMemory, lost: Path, tmp_path: Path) -> None:
    kept = [each for each in kafka.of(topics.PROGRESSION) if each.key != MARKER_KEY]
    kafka.sent[topics.PROGRESSION] = kept
    with pytest.raises(StoreRefused, match="it has no marker"):
        restore(tmp_path / "fresh", LOG, PublishedInMemory(kafka), Restoration(3))
    assert not store_path(tmp_path / "fresh", 3).exists()
