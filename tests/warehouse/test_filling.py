"""A fresh store filled from the lake: the straight fold's states, and only what is news goes out."""

import contextlib
import json
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts import events as said
from contracts import topics
from streams.messages import MARKER_KEY, marker_message
from streams.opening import Log
from streams.progression.codec import encode
from streams.progression.decisions import facts
from streams.progression.policy import rules_version
from streams.rebuilding import FreshStore
from streams.rows import Marker
from warehouse.filling import Filled, fill
from warehouse.lake import Lake
from warehouse.records import EVENTS


@pytest.fixture
def filled(tmp_path: Path) -> Callable[..., tuple[Path, Filled]]:
    """Fills the store of a partition; its file, and what was told of it."""

    def make(log: Any, lake: Lake, partition: int = 0) -> tuple[Path, Filled]:
        end = lake.manifest.next_offset(EVENTS.name, partition) or 0
        of = Log(topics.EVENTS, "topic", partition)
        with FreshStore(tmp_path / f"stores-{partition}", of, rules_version(), end) as store:
            return store.path, fill(store, lake, log, partition, lambda done, total: None)

    return make


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def assert_is_the_straight_fold(path: Path, worker: Any, partition: int) -> None:
    encoded = {
        key: encode(state) for key, state in worker.states.items() if int(key[-1], 16) % 2 == partition
    }
    assert dict(rows(path, "SELECT patient_key, state FROM patients")) == {
        key: row for key, (row, _) in encoded.items()
    }
    assert rows(path, "SELECT patient_key, episode_id, view, detail FROM episodes ORDER BY 1, 2") == sorted(
        (key, name, *parts) for key, (_, each) in encoded.items() for name, parts in each.items()
    )


def told(path: Path) -> list[dict[str, Any]]:
    return [json.loads(value) for (value,) in rows(path, "SELECT value FROM outbox ORDER BY number")]


def unpublished(path: Path) -> set[tuple[str, str]]:
    return set(rows(path, "SELECT patient_key, episode_id FROM unpublished"))


def stands(log: Any, path: Path, partition: int) -> set[str]:
    """The facts that stand once the store's outbox is published too."""
    found: set[str] = set()
    messages = [json.loads(row.value) for row in log.rows[topics.TRANSITIONS][partition]]
    for message in (*messages, *told(path)):
        (found.add if message["change"] == "published" else found.discard)(message["fact_id"])
    return found


def hold(worker: Any, partition: int) -> set[str]:
    return {
        fact.fact_id
        for key, state in worker.states.items()
        if int(key[-1], 16) % 2 == partition
        for fact in facts(state)
    }


@pytest.fixture
def clinic(make_log: Any, make_worker: Any, make_course: Any, mixed: Any) -> tuple[Any, Any]:
    """Six people with late, corrected, retracted and repeated events, folded and published."""
    log = make_log()
    courses = [make_course(number, sessions=8) for number in range(6)]
    spoken = mixed(courses)
    log.say(*spoken[20:], *spoken[:30])
    when = spoken[-1].occurred_at + timedelta(days=1)
    pain = next(each for each in courses[2].events if isinstance(each, said.SymptomReported))
    log.say(
        said.EventCorrected(**courses[2].at(when), corrects=pain.event_id, changes={"pain": 9.0}),
        said.EventRetracted(**courses[3].at(when), retracts=courses[3].events[6].event_id),
    )
    worker = make_worker(log, batch=11)
    worker.run()
    return log, worker


@pytest.mark.parametrize("partition", [0, 1])
def test_a_filled_store_is_the_straight_fold_and_has_nothing_new_to_tell(
    clinic: tuple[Any, Any], landed: Callable[..., Lake], filled: Any, partition: int
) -> None:
    log, worker = clinic
    path, found = filled(log, landed(log, segment_offsets={"events": 25}), partition)
    assert_is_the_straight_fold(path, worker, partition)
    assert found == Filled(3, 0, 0, 0)
    assert told(path) == []
    assert rows(path, "SELECT next_offset, is_closed FROM meta") == [
        (len(log.rows[topics.EVENTS][partition]), 1)
    ]
    patients = {(key, "") for (key,) in rows(path, "SELECT patient_key FROM patients")}
    assert unpublished(path) == patients | set(rows(path, "SELECT patient_key, episode_id FROM episodes"))


def test_only_facts_that_the_topic_lacks_are_told(
    clinic: tuple[Any, Any], landed: Callable[..., Lake], filled: Any
) -> None:
    log, worker = clinic
    del log.rows[topics.TRANSITIONS][0][-7:]
    path, found = filled(log, landed(log))
    assert found.published + found.withdrawn == len(told(path)) > 0
    assert stands(log, path, 0) == hold(worker, 0)


def test_a_fact_that_stands_and_does_not_hold_is_withdrawn_as_it_was_told(
    clinic: tuple[Any, Any], landed: Callable[..., Lake], filled: Any
) -> None:
    log, worker = clinic
    invented = json.loads(log.rows[topics.TRANSITIONS][0][0].value)
    invented |= {"fact_id": "f" * 32, "message_id": "m", "rule": "invented"}
    log.add(topics.TRANSITIONS, 0, invented["patient_key"], json.dumps(invented).encode())
    path, found = filled(log, landed(log))
    assert (found.published, found.withdrawn) == (0, 1)
    (message,) = told(path)
    ours = ("fact_id", "patient_key", "episode_id", "kind", "muscle_group", "side", "to_stage", "rule")
    assert {name: message[name] for name in ours} == {name: invented[name] for name in ours}
    assert message["change"] == "withdrawn"
    assert stands(log, path, 0) == hold(worker, 0)


def test_a_message_that_was_published_twice_counts_once(
    clinic: tuple[Any, Any], landed: Callable[..., Lake], filled: Any
) -> None:
    log, _ = clinic
    told_before = [json.loads(row.value) for row in log.rows[topics.TRANSITIONS][0]]
    withdrawn = next(each for each in told_before if each["change"] == "withdrawn")
    first = next(
        each
        for each in told_before
        if each["fact_id"] == withdrawn["fact_id"] and each["change"] == "published"
    )
    log.add(topics.TRANSITIONS, 0, first["patient_key"], json.dumps(first).encode())
    _, found = filled(log, landed(log))
    assert (found.published, found.withdrawn) == (0, 0)


def test_of_the_erased_a_tombstone_stays_and_what_was_published_is_taken_back(
    clinic: tuple[Any, Any], landed: Callable[..., Lake], filled: Any, make_course: Any, now: datetime
) -> None:
    log, worker = clinic
    course = make_course(2)
    log.say(said.PatientErased(**course.at(now)))
    stood = {fact.fact_id for fact in facts(worker.states[course.key])}
    path, found = filled(log, landed(log))
    worker.states[course.key] = type(worker.states[course.key])(patient_key=course.key, erased=True)
    assert_is_the_straight_fold(path, worker, 0)
    assert {message["fact_id"] for message in told(path)} == stood
    assert (found.published, found.withdrawn) == (0, len(stood))
    assert (course.key, course.episode) in unpublished(path)
    assert stands(log, path, 0) == hold(worker, 0)


def test_what_is_published_of_nobody_is_taken_away_and_its_last_owner_is_known(
    clinic: tuple[Any, Any], landed: Callable[..., Lake], filled: Any
) -> None:
    log, _ = clinic
    stray = log.rows[topics.PROGRESSION][0][0]
    log.add(topics.PROGRESSION, 0, "a" * 32 + "/" + "b" * 32, stray.value)
    log.add(topics.PROGRESSION, 0, "c" * 32 + "/" + "d" * 32, None)
    marker = marker_message(Marker(7, "topic", "rules", "an owner"), 0)
    log.add(topics.PROGRESSION, 0, MARKER_KEY.decode(), marker.value)
    path, _ = filled(log, landed(log))
    assert ("a" * 32, "b" * 32) in unpublished(path)
    assert ("c" * 32, "d" * 32) not in unpublished(path)
    assert ("an owner",) in rows(path, "SELECT owner FROM owners")


def test_records_that_could_not_be_read_are_noted_and_their_neighbours_are_there(
    clinic: tuple[Any, Any], landed: Callable[..., Lake], filled: Any
) -> None:
    log, worker = clinic
    end = len(log.rows[topics.EVENTS][0])
    log.add(topics.EVENTS, 0, "nobody", b'{"type":"SessionRecorded","pain":')
    log.add(topics.EVENTS, 0, "nobody", None)
    log.add(topics.EVENTS, 0, "somebody else", log.rows[topics.EVENTS][0][0].value)
    path, found = filled(log, landed(log))
    assert found.quarantined == 3
    assert rows(path, "SELECT record_offset, reason, path FROM quarantined ORDER BY 1") == [
        (end, "not_decodable", "$"),
        (end + 1, "empty", "$"),
        (end + 2, "wrong_key", "$.patient_key"),
    ]
    assert_is_the_straight_fold(path, worker, 0)
