"""A store under other rules: rewritten as a whole or not at all, and everything of it goes out."""

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from demo_patients import events_of, small_demo
from patients import fold

from contracts import topics
from streams.opening import Log, open_store, store_path
from streams.position import StoreRefused
from streams.progression.codec import encode
from streams.progression.decisions import facts
from streams.progression.derive import derived_under, released
from streams.progression.state import PatientState
from streams.refolding import Refolded
from streams.rewriting import look_through, meta_of, rewrite
from streams.rows import Commit
from streams.states import changed_rows

LOG = Log(topics.EVENTS, "topic", 3)
END = 4711


def slower(program: Any, condition: Any, track: Any) -> Any:
    """The released rules with one number changed."""
    policy = released(program, condition, track)
    if policy is None:
        return None
    return msgspec.structs.replace(
        policy, advance=msgspec.structs.replace(policy.advance, consecutive_sessions=4)
    )


@cache
def states() -> dict[str, PatientState]:
    people = sorted(events_of(small_demo()).items())[:60]
    return {key: fold(said) for key, said in people}


def fresh(state: PatientState) -> PatientState:
    return replace(state, memo={"derived": derived_under(state, slower)})


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of sixty people under the rules "old", with nothing left to publish."""
    owned = open_store(tmp_path, LOG, "old")
    patients, episodes = changed_rows({}, states())
    owned.commit(Commit(0, END, patients, episodes))
    with owned.waiting() as waiting:
        owned.published(waiting.position)
    owned.close()
    return store_path(tmp_path, 3)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        yield connection


def dump(path: Path) -> tuple[dict[str, bytes], dict[tuple[str, str], tuple[bytes, bytes]]]:
    with opened(path) as connection:
        patients = dict(connection.execute("SELECT patient_key, state FROM patients").fetchall())
        rows = connection.execute("SELECT patient_key, episode_id, view, detail FROM episodes").fetchall()
    return patients, {(key, name): (view, detail) for key, name, view, detail in rows}


def expected(of: Callable[[PatientState], PatientState]) -> Any:
    encoded = {key: encode(of(state)) for key, state in states().items()}
    return (
        {key: row for key, (row, _) in encoded.items()},
        {(key, name): parts for key, (_, rows) in encoded.items() for name, parts in rows.items()},
    )


def said(path: Path) -> list[dict[str, Any]]:
    with opened(path) as connection:
        rows = connection.execute("SELECT value FROM outbox ORDER BY number").fetchall()
    return [json.loads(value) for (value,) in rows]


def value(path: Path, column: str) -> Any:
    with opened(path) as connection:
        return connection.execute(f"SELECT {column} FROM meta").fetchone()[0]


def test_a_rewritten_store_is_that_of_a_fresh_fold_under_the_new_rules(store: Path) -> None:
    assert dump(store) == expected(lambda state: state)
    epoch = value(store, "epoch")
    rewrite(store, "new", lambda found: None, slower)
    assert dump(store) == expected(fresh)
    assert (value(store, "rules_version"), value(store, "next_offset")) == ("new", END)
    assert value(store, "epoch") > epoch


def test_the_outbox_turns_the_facts_that_stood_into_those_that_stand(store: Path) -> None:
    rewrite(store, "new", lambda found: None, slower)
    stands = {fact.fact_id for state in states().values() for fact in facts(state)}
    for message in said(store):
        (stands.add if message["change"] == "published" else stands.remove)(message["fact_id"])
        assert (message["partition"], message["next_offset"]) == (3, END)
    assert stands == {fact.fact_id for state in states().values() for fact in facts(fresh(state))}
    assert len({message["message_id"] for message in said(store)}) == len(said(store)) > 20


def test_all_states_go_out_for_they_name_their_rules(store: Path) -> None:
    rewrite(store, "new", lambda found: None, slower)
    with opened(store) as connection:
        waiting = set(connection.execute("SELECT patient_key, episode_id FROM unpublished").fetchall())
    patients, episodes = dump(store)
    assert waiting == {*episodes, *((key, "") for key in patients)}


def test_a_second_rewrite_changes_neither_rows_nor_facts(store: Path) -> None:
    rewrite(store, "new", lambda found: None, slower)
    before, told = dump(store), said(store)
    seen: list[Refolded] = []
    rewrite(store, "newer", seen.append, slower)
    assert (dump(store), said(store)) == (before, told)
    assert len(seen) == 60
    assert all((each.changes, each.moved) == ((), ()) for each in seen)


def test_messages_of_there_back_and_there_again_have_ids_of_their_own(store: Path) -> None:
    for rules, policy_of in (("new", slower), ("old", None), ("new", slower)):
        rewrite(store, rules, lambda found: None, policy_of)
    ids = [message["message_id"] for message in said(store)]
    assert len(ids) == len(set(ids))


def test_a_rewrite_that_fails_half_way_has_changed_nothing(store: Path) -> None:
    before = dump(store)
    seen = []

    def fails(found: Refolded) -> None:
        seen.append(found)
        if len(seen) == 30:
            raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space left"):
        rewrite(store, "new", fails, slower)
    assert dump(store) == before
    assert (said(store), value(store, "rules_version")) == ([], "old")
    rewrite(store, "new", lambda found: None, slower)
    assert dump(store) == expected(fresh)


def test_a_worker_that_was_stopped_meanwhile_is_fenced(store: Path) -> None:
    from streams.store import Fenced

    stopped = open_store(store.parent, LOG, "old")
    rewrite(store, "new", lambda found: None, slower)
    with pytest.raises(Fenced):
        stopped.commit(Commit(END, END + 1))
    stopped.close()
    assert value(store, "next_offset") == END


def test_what_a_killed_worker_left_in_the_write_ahead_log_is_rewritten_too(
    store: Path, tmp_path: Path
) -> None:
    running = open_store(store.parent, LOG, "old")
    erased = PatientState(patient_key="f" * 32, erased=True)
    running.commit(Commit(END, END + 1, *changed_rows({}, {"f" * 32: erased})))
    killed = tmp_path / "killed"
    killed.mkdir()
    for end in ("", "-wal"):
        shutil.copy(f"{store}{end}", killed / f"{store.name}{end}")
    running.close()
    rewrite(killed / store.name, "new", lambda found: None, slower)
    assert value(killed / store.name, "next_offset") == END + 1
    assert "f" * 32 in dump(killed / store.name)[0]
    open_store(killed, LOG, "new").close()


def test_a_rewritten_store_opens_under_the_new_rules_only(store: Path) -> None:
    rewrite(store, "new", lambda found: None, slower)
    with pytest.raises(StoreRefused, match="refold"):
        open_store(store.parent, LOG, "old")
    open_store(store.parent, LOG, "new").close()


def test_looking_through_writes_nothing_and_finds_the_same(store: Path) -> None:
    before, epoch = dump(store), value(store, "epoch")
    looked: list[Refolded] = []
    look_through(store, looked.append, slower)
    assert (dump(store), value(store, "epoch"), said(store)) == (before, epoch, [])
    rewritten: list[Refolded] = []
    rewrite(store, "new", rewritten.append, slower)
    assert [each.moved for each in looked] == [each.moved for each in rewritten]


def test_a_store_says_what_it_is(store: Path) -> None:
    found = meta_of(store)
    assert (found.log, found.rules_version, found.next_offset, found.patients) == (LOG, "old", END, 60)


def test_a_damaged_store_is_refused_with_what_makes_it_anew(store: Path) -> None:
    store.write_bytes(b"not a database at all, but long enough to be taken for one" * 200)
    with pytest.raises(StoreRefused, match="myomap stream rebuild"):
        rewrite(store, "new", lambda found: None, slower)
