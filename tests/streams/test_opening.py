import sqlite3
from pathlib import Path

import pytest

from streams.opening import FORMAT, Log, connect, open_store, store_path
from streams.position import StoreRefused

LOG = Log("myomap.events", "topic-id", 12)


def test_each_partition_has_its_own_file(tmp_path: Path) -> None:
    assert store_path(tmp_path, 12).name == "partition-0012.sqlite"
    open_store(tmp_path / "made", LOG, "rules-1").close()
    assert store_path(tmp_path / "made", 12).is_file()


def test_a_commit_is_on_the_disk_before_it_returns(tmp_path: Path) -> None:
    connection = connect(tmp_path / "a.sqlite")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    connection.close()


def test_a_new_store_says_which_log_and_which_rules_it_belongs_to(tmp_path: Path) -> None:
    open_store(tmp_path, LOG, "rules-1").close()
    connection = sqlite3.connect(store_path(tmp_path, 12))
    found = connection.execute(
        "SELECT format, topic, partition, topic_id, rules_version, next_offset FROM meta"
    )
    assert found.fetchone() == (FORMAT, "myomap.events", 12, "topic-id", "rules-1", 0)
    connection.close()


def test_a_file_that_is_no_database_is_refused_with_what_to_do(tmp_path: Path) -> None:
    store_path(tmp_path, 12).write_bytes(b"no database at all, but long enough to be read as one" * 40)
    with pytest.raises(StoreRefused, match="put it back from its backup"):
        open_store(tmp_path, LOG, "rules-1")


def test_states_of_two_rules_never_mix(tmp_path: Path) -> None:
    open_store(tmp_path, LOG, "rules-1").close()
    with pytest.raises(StoreRefused, match="states of two rules must not mix"):
        open_store(tmp_path, LOG, "rules-2")
