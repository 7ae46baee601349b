import asyncio
import json
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from patients import Patient, fold

from contracts import events, topics
from streams.batch import Decoded, Fetched, FromTheFuture
from streams.batch import fold as fold_batch
from streams.opening import Log
from streams.partition import Partition, open_partition
from streams.position import LogBounds, StoreRefused
from streams.progression.codec import encode_patient
from streams.progression.decisions import facts
from streams.rows import Commit, Message
from streams.states import state_of

LOG = Log("myomap.events", "topic-id", 3)


@dataclass
class Sent:
    offset: int
    key: bytes
    value: bytes


def records(said: list[Any]) -> list[Sent]:
    return [Sent(at, each.patient_key.encode(), events.encode(each)) for at, each in enumerate(said)]


def fetched(partition: Partition, log: list[Sent], start: int, end: int) -> Fetched:
    return Fetched(3, partition.store.epoch, start, end, log[start:end])


def told(partition: Partition) -> list[Message]:
    """The transitions and notes that wait to be published."""
    with partition.store.waiting() as waiting:
        return [each for part in waiting.messages() for each in part]


@pytest.fixture
def partition(tmp_path: Path) -> Partition:
    return open_partition(tmp_path, LOG, "rules-1")


@pytest.fixture
def ann() -> Patient:
    patient = Patient("ann")
    patient.opened()
    patient.program("S0")
    for number in range(4):
        patient.session(3 + 7 * number)
    return patient


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_fetches_of_any_size_leave_the_same_state_and_the_standing_facts(
    partition: Partition, ann: Patient, size: int
) -> None:
    log = records(ann.events())
    for start in range(0, len(log), size):
        partition.apply(fetched(partition, log, start, min(start + size, len(log))))
    expected = fold(ann.events())
    row = partition.store.load([ann.key])[ann.key]
    assert encode_patient(state_of(row)) == encode_patient(expected)
    standing: set[str] = set()
    for message in told(partition):
        assert message.topic == topics.TRANSITIONS
        said = json.loads(message.value or b"")
        (standing.add if said["change"] == "published" else standing.remove)(said["fact_id"])
    assert standing == {fact.fact_id for fact in facts(expected)}


def test_a_fetch_of_many_patients_is_folded_some_at_a_time_and_committed_as_a_whole(
    partition: Partition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.partition.PATIENTS_AT_A_TIME", 2)
    at_a_time = []

    def counted(decoded: Decoded, before: Any) -> Any:
        at_a_time.append(len(decoded.patient_keys()))
        return fold_batch(decoded, before)

    monkeypatch.setattr("streams.partition.fold", counted)
    said = []
    for name in ("ann", "bob", "cyd", "dan", "eve"):
        patient = Patient(name)
        patient.opened()
        patient.program("S0")
        said += patient.events()
    log = [Sent(3 * each.offset, each.key, each.value) for each in records(said)]  # offsets may have holes
    partition.apply(Fetched(3, partition.store.epoch, 0, 40, log))
    assert at_a_time == [2, 2, 1]
    assert partition.store.next_offset == 40
    assert partition.counters.batches == 1
    assert partition.counters.events == 10
    assert len(partition.store.load({each.patient_key for each in said})) == 5


def test_states_of_a_commit_that_failed_are_not_held(
    partition: Partition, ann: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = records(ann.events())

    def fails(commit: Commit) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as full, pytest.raises(StoreRefused, match="make room on the disk"):
        full.setattr(partition.store, "commit", fails)
        partition.apply(fetched(partition, log, 0, len(log)))
    partition.apply(fetched(partition, log, 0, len(log)))
    row = partition.store.load([ann.key])[ann.key]
    assert encode_patient(state_of(row)) == encode_patient(fold(ann.events()))
    assert {each.fact_id for each in facts(fold(ann.events()))} == {
        json.loads(each.value or b"")["fact_id"] for each in told(partition)
    }


def test_the_same_fetch_twice_is_folded_once(partition: Partition, ann: Patient) -> None:
    log = records(ann.events())
    partition.apply(fetched(partition, log, 0, 5))
    waiting = told(partition)
    partition.apply(fetched(partition, log, 0, 5))
    assert told(partition) == waiting
    partition.apply(fetched(partition, log, 0, 3))
    assert partition.store.next_offset == 5
    partition.apply(fetched(partition, log, 3, 8))
    assert partition.store.next_offset == 8
    assert partition.counters.events == 8


def test_a_fetch_that_would_skip_records_is_refused(partition: Partition, ann: Patient) -> None:
    with pytest.raises(AssertionError, match="records would be skipped"):
        partition.apply(fetched(partition, records(ann.events()), 2, 5))


def test_a_restart_goes_on_where_the_store_is(tmp_path: Path, ann: Patient) -> None:
    log = records(ann.events())
    first = open_partition(tmp_path, LOG, "rules-1")
    first.apply(fetched(first, log, 0, 6))
    first.close()
    second = open_partition(tmp_path, LOG, "rules-1")
    assert second.start(LogBounds(0, len(log))) == 6
    second.apply(fetched(second, log, 6, len(log)))
    row = second.store.load([ann.key])[ann.key]
    assert encode_patient(state_of(row)) == encode_patient(fold(ann.events()))


def test_a_store_beyond_the_logs_end_is_refused(partition: Partition, ann: Patient) -> None:
    partition.apply(fetched(partition, records(ann.events()), 0, 6))
    with pytest.raises(StoreRefused):
        partition.start(LogBounds(0, 5))


def test_what_cannot_be_read_goes_to_quarantine_with_its_hash_and_not_its_value(partition: Partition) -> None:
    partition.apply(Fetched(3, 1, 0, 1, [Sent(0, b"ann", b'{"pain": "secret"')]))
    (message,) = told(partition)
    said = json.loads(message.value or b"")
    assert message.topic == topics.QUARANTINED
    assert (said["partition"], said["offset"], said["reason"]) == (3, 0, "not_decodable")
    assert said["size_bytes"] == 17
    assert b"secret" not in (message.value or b"")
    assert partition.counters.quarantined == 1


def test_a_newer_record_leaves_the_store_where_it_was(partition: Partition, ann: Patient) -> None:
    log = [*records(ann.events())[:2], Sent(2, b"ann", b'{"type":"TeleportRecorded"}')]
    with pytest.raises(FromTheFuture):
        partition.apply(Fetched(3, 1, 0, 3, log))
    assert partition.store.next_offset == 0
    assert told(partition) == []


def test_lag_is_what_the_log_has_beyond_the_store(partition: Partition, ann: Patient) -> None:
    partition.counters.log_end = 9
    assert partition.lag == 9
    partition.apply(fetched(partition, records(ann.events()), 0, 6))
    assert partition.lag == 3


def test_a_fetch_that_is_taken_while_the_loop_goes_on_leaves_the_same_store(
    tmp_path: Path, ann: Patient
) -> None:
    log = records(ann.events())
    beside, other = (
        open_partition(tmp_path / "a", LOG, "rules-1"),
        open_partition(tmp_path / "b", LOG, "rules-1"),
    )
    other.apply(fetched(other, log, 0, len(log)))

    async def scene() -> None:
        await asyncio.gather(*(beside.take(fetched(beside, log, at, at + 3)) for at in range(0, len(log), 3)))

    asyncio.run(scene())
    assert beside.store.next_offset == other.store.next_offset == len(log)
    assert beside.store.load([ann.key]) == other.store.load([ann.key])


def test_a_commit_that_was_begun_ends_before_the_store_is_used_again(
    partition: Partition, ann: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, commit, begun = records(ann.events()), partition.store.commit, threading.Event()

    def slow(batch: Any) -> None:
        begun.set()
        time.sleep(0.05)
        commit(batch)

    monkeypatch.setattr(partition.store, "commit", slow)

    async def scene() -> None:
        taking = asyncio.create_task(partition.take(fetched(partition, log, 0, 5)))
        while not begun.is_set():
            await asyncio.sleep(0.001)
        taking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await taking
        async with partition.writing:
            assert partition.store.next_offset == 5

    asyncio.run(scene())


def test_a_partition_that_is_given_up_takes_no_more(partition: Partition, ann: Patient) -> None:
    partition.closing = True
    asyncio.run(partition.take(fetched(partition, records(ann.events()), 0, 5)))
    assert partition.store.next_offset == 0


def test_a_disk_that_takes_nothing_is_named_and_the_store_stays_as_it_was(partition: Partition) -> None:
    people = [Patient(f"p{number}") for number in range(40)]
    for each in people:
        each.opened()
        each.program("S0")
    log = records([event for each in people for event in each.events()])
    partition.apply(fetched(partition, log, 0, 2))
    connection = partition.store._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreRefused, match=r"cannot be written \(database or disk is full\).*make room"):
        for at in range(2, len(log)):
            partition.apply(fetched(partition, log, at, at + 1))
    kept = partition.store.next_offset
    assert 0 < kept < len(log)
    connection.execute("PRAGMA max_page_count = 1000000")
    partition.apply(fetched(partition, log, kept, len(log)))
    row = partition.store.load([people[-1].key])[people[-1].key]
    assert encode_patient(state_of(row)) == encode_patient(fold(people[-1].events()))
