"""A store made anew beside the old one takes its place as a whole; whoever had the old one writes no more."""

import contextlib
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from demo_patients import events_of, small_demo
from patients import fold

from contracts import topics
from streams.opening import Log, look_at, open_store, store_path
from streams.position import LogBounds, Place, Step, plan
from streams.progression.codec import encode
from streams.progression.decisions import FactChange, facts
from streams.rebuilding import FreshStore, put_in_place
from streams.rows import Commit, Marker, QuarantinedRow
from streams.store import Fenced

LOG = Log(topics.EVENTS, "topic", 5)
PLACE = Place(topics.EVENTS, 5, "topic")
END = 812


def fresh(folder: Path) -> FreshStore:
    return FreshStore(folder, LOG, "rules", END)


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_a_fresh_store_holds_what_was_written_and_all_of_it_waits(tmp_path: Path) -> None:
    people = {key: fold(said) for key, said in list(events_of(small_demo()).items())[:5]}
    with fresh(tmp_path) as store:
        store.write(people)
    path = store_path(tmp_path, 5)
    assert dict(rows(path, "SELECT patient_key, state FROM patients")) == {
        key: encode(state)[0] for key, state in people.items()
    }
    waiting = {(key, "") for key in people} | {
        (key, name) for key, state in people.items() for name in encode(state)[1]
    }
    assert set(rows(path, "SELECT patient_key, episode_id FROM unpublished")) == waiting
    assert rows(path, "SELECT next_offset, published_offset, is_closed FROM meta") == [(END, 0, 1)]


def test_facts_and_notes_go_out_with_ids_that_name_their_cause(tmp_path: Path) -> None:
    state = next(state for said in events_of(small_demo()).values() if facts(state := fold(said)))
    change = FactChange("published", facts(state)[0])
    told = []
    for cause in ("rebuilt after 3", "rebuilt after 4"):
        with fresh(tmp_path / cause) as store:
            store.tell([change], cause)
            store.set_aside([QuarantinedRow(7, "empty", "$")], [])
        told.append(
            [json.loads(value) for (value,) in rows(store.path, "SELECT value FROM outbox ORDER BY number")]
        )
    (one, note), (other, same_note) = told
    assert one["message_id"] != other["message_id"]
    assert {**one, "message_id": ""} == {**other, "message_id": ""}
    assert note == same_note
    assert note["message_id"] == f"{topics.EVENTS}/5/7"
    assert rows(store.path, "SELECT * FROM quarantined") == [(7, "empty", "$")]


def test_it_takes_the_place_of_the_old_store_which_is_kept(tmp_path: Path) -> None:
    old = open_store(tmp_path, LOG, "rules")
    old.commit(Commit(0, 3))
    old.close()
    fresh(tmp_path / "beside").__exit__()
    place = store_path(tmp_path, 5)
    aside = put_in_place(store_path(tmp_path / "beside", 5), place)
    assert aside is not None and aside.name.startswith(f"{place.name}.replaced-{datetime.now(UTC):%Y}")
    assert rows(aside, "SELECT next_offset FROM meta") == [(3,)]
    assert rows(place, "SELECT next_offset, is_remade FROM meta") == [(END, 1)]
    assert rows(place, "SELECT epoch FROM meta") >= rows(aside, "SELECT epoch FROM meta")
    open_store(tmp_path, LOG, "rules").close()


def test_where_there_was_none_it_is_the_store(tmp_path: Path) -> None:
    fresh(tmp_path / "beside").__exit__()
    assert put_in_place(store_path(tmp_path / "beside", 5), store_path(tmp_path, 5)) is None
    assert rows(store_path(tmp_path, 5), "SELECT next_offset FROM meta") == [(END,)]


def test_a_worker_that_was_stopped_meanwhile_writes_into_neither(tmp_path: Path) -> None:
    stopped = open_store(tmp_path, LOG, "rules")
    stopped.commit(Commit(0, 3))
    fresh(tmp_path / "beside").__exit__()
    aside = put_in_place(store_path(tmp_path / "beside", 5), store_path(tmp_path, 5))
    with pytest.raises(Fenced):
        stopped.commit(Commit(3, 9))
    stopped.close()
    assert aside is not None
    assert rows(aside, "SELECT next_offset FROM meta") == [(3,)]
    assert rows(store_path(tmp_path, 5), "SELECT next_offset FROM meta") == [(END,)]


def test_a_damaged_store_gives_its_place_up_too(tmp_path: Path) -> None:
    store_path(tmp_path, 5).write_bytes(b"no database" * 1_000)
    fresh(tmp_path / "beside").__exit__()
    aside = put_in_place(store_path(tmp_path / "beside", 5), store_path(tmp_path, 5))
    assert aside is not None and aside.read_bytes() == b"no database" * 1_000
    open_store(tmp_path, LOG, "rules").close()


def test_it_stands_above_what_is_published_until_another_worker_publishes(tmp_path: Path) -> None:
    with fresh(tmp_path / "beside") as store:
        store.replaces([("a" * 32, "b" * 32)], "last owner")
    put_in_place(store_path(tmp_path / "beside", 5), store_path(tmp_path, 5))
    assert ("a" * 32, "b" * 32) in rows(
        store_path(tmp_path, 5), "SELECT patient_key, episode_id FROM unpublished"
    )
    found = look_at(tmp_path, LOG)
    log = LogBounds(0, END + 50)
    before = Marker(END, "topic", "rules", "last owner")
    assert plan(PLACE, found, before, log).step is Step.PUBLISH_AGAIN
    assert plan(PLACE, found, None, log).step is Step.PUBLISH_AGAIN
    of_a_topic_that_is_no_more = Marker(9_999, "gone", "rules", "somebody")
    assert plan(PLACE, found, of_a_topic_that_is_no_more, log).step is Step.PUBLISH_AGAIN
    later = Marker(END + 9, "topic", "rules", "another worker")
    assert plan(PLACE, found, later, log).step is Step.RESTORE
