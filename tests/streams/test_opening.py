import random
import sqlite3
from pathlib import Path

import pytest

from streams.opening import (
    FORMAT,
    Damaged,
    Log,
    beside,
    connect,
    look_at,
    open_store,
    put_aside,
    store_path,
    take_away,
)
from streams.position import StoreRefused
from streams.rows import Commit, EpisodeRow, Position

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


def test_a_file_that_is_no_database_is_not_trusted(tmp_path: Path) -> None:
    store_path(tmp_path, 12).write_bytes(b"no database at all, but long enough to be read as one" * 40)
    with pytest.raises(Damaged, match="not a database"):
        open_store(tmp_path, LOG, "rules-1")
    with pytest.raises(Damaged, match="not a database"):
        look_at(tmp_path, LOG)


def test_states_of_two_rules_never_mix(tmp_path: Path) -> None:
    open_store(tmp_path, LOG, "rules-1").close()
    with pytest.raises(StoreRefused, match="states of two rules must not mix"):
        open_store(tmp_path, LOG, "rules-2")


def test_a_store_tells_where_it_is_without_being_taken_over(tmp_path: Path) -> None:
    assert look_at(tmp_path, LOG) is None
    store = open_store(tmp_path, LOG, "rules-1")
    store.commit(Commit(0, 7))
    found = look_at(tmp_path, LOG)
    assert found is not None
    assert (found.next_offset, found.published_offset, found.is_remade) == (7, 0, False)
    assert (found.topic_id, found.rules_version, found.epoch) == ("topic-id", "rules-1", 1)
    assert found.owners == {store.owner}
    store.check_owner()


def test_each_opening_is_an_owner_until_a_later_one_has_published(tmp_path: Path) -> None:
    names = []
    for _ in range(3):
        store = open_store(tmp_path, LOG, "rules-1")
        names.append(store.owner)
        store.close()
    found = look_at(tmp_path, LOG)
    assert found is not None and found.owners == set(names)
    store = open_store(tmp_path, LOG, "rules-1")
    store.published(Position(0, 0))
    store.close()
    found = look_at(tmp_path, LOG)
    assert found is not None and found.owners == {store.owner}


def killed(folder: Path) -> None:
    """A worker that wrote and was killed: its files as they were at that moment."""
    store = open_store(folder, LOG, "rules-1")
    store.commit(Commit(0, 7, {"ann": b"a"}))
    path = store_path(folder, 12)
    kept = {end: beside(path, end).read_bytes() for end in ("", "-wal")}
    store.close()
    for end, content in kept.items():
        beside(path, end).write_bytes(content)


def test_a_killed_workers_store_is_whole_and_may_be_looked_at_any_number_of_times(tmp_path: Path) -> None:
    killed(tmp_path)
    for _ in range(3):
        found = look_at(tmp_path, LOG)
        assert found is not None and found.next_offset == 7
    assert open_store(tmp_path, LOG, "rules-1").next_offset == 7


@pytest.mark.parametrize("left", [None, 0, 32])
def test_a_killed_workers_store_without_its_write_ahead_log_is_not_trusted(
    tmp_path: Path, left: int | None
) -> None:
    killed(tmp_path)
    wal = beside(store_path(tmp_path, 12), "-wal")
    wal.unlink() if left is None else wal.write_bytes(wal.read_bytes()[:left])
    for look in (lambda: look_at(tmp_path, LOG), lambda: open_store(tmp_path, LOG, "rules-1")):
        with pytest.raises(Damaged, match="its write-ahead log is gone"):
            look()


def test_a_store_that_was_left_in_order_needs_no_write_ahead_log(tmp_path: Path) -> None:
    store = open_store(tmp_path, LOG, "rules-1")
    store.commit(Commit(0, 7))
    store.close()
    assert not beside(store_path(tmp_path, 12), "-wal").exists()
    found = look_at(tmp_path, LOG)
    assert found is not None and found.next_offset == 7


def test_a_store_of_an_older_format_is_refused_with_the_command_that_heals_it(tmp_path: Path) -> None:
    open_store(tmp_path, LOG, "rules-1").close()
    with sqlite3.connect(store_path(tmp_path, 12)) as connection:
        connection.execute("UPDATE meta SET format = ?", (FORMAT - 1,))
    connection.close()
    with pytest.raises(StoreRefused, match="myomap stream rebuild"):
        look_at(tmp_path, LOG)


def test_a_store_of_another_partition_is_refused(tmp_path: Path) -> None:
    open_store(tmp_path, LOG, "rules-1").close()
    store_path(tmp_path, 12).rename(store_path(tmp_path, 3))
    with pytest.raises(StoreRefused, match="belongs to partition 12"):
        look_at(tmp_path, Log("myomap.events", "topic-id", 3))


def test_a_store_that_somebody_else_holds_is_no_damage(tmp_path: Path) -> None:
    open_store(tmp_path, LOG, "rules-1").close()

    def impatient(path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None, timeout=0)

    holding = connect(store_path(tmp_path, 12))
    holding.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreRefused, match=r"cannot be used \(database is locked\)"):
        open_store(tmp_path, LOG, "rules-1", impatient)
    holding.close()


def test_a_store_is_put_aside_or_taken_away_with_all_of_its_files(tmp_path: Path) -> None:
    for each in (put_aside, take_away):
        killed(tmp_path)
        path = store_path(tmp_path, 12)
        aside = put_aside(path, "damaged") if each is put_aside else take_away(path)
        assert not path.exists() and not beside(path, "-wal").exists()
        if aside is not None:
            assert aside.exists() and beside(aside, "-wal").exists()
            assert aside.name.startswith("partition-0012.sqlite.damaged-")


def test_a_power_loss_at_any_moment_leaves_a_committed_prefix(tmp_path: Path) -> None:
    """What the disk holds is the file and some first part of the write-ahead log, cut anywhere."""
    folder = tmp_path / "home"
    store = open_store(folder, LOG, "rules-1")
    path, ends = store_path(folder, 12), []
    for at in range(6):
        rows = {("ann", f"e{at}"): EpisodeRow(b"v" * 50, b"%d" % (at + 1) * 3000)}
        store.commit(Commit(at, at + 1, {"ann": b"%d" % (at + 1)}, rows))
        ends.append(beside(path, "-wal").stat().st_size)
        if at % 2:
            store.published(Position(at + 1, 0))
    whole, wal = path.read_bytes(), beside(path, "-wal").read_bytes()
    store.close()
    dice = random.Random(5)
    for cut in [*ends, *(dice.randrange(ends[0], len(wal)) for _ in range(30))]:
        copy = tmp_path / f"cut-{cut}"
        copy.mkdir(exist_ok=True)
        store_path(copy, 12).write_bytes(whole)
        beside(store_path(copy, 12), "-wal").write_bytes(wal[:cut])
        found = open_store(copy, LOG, "rules-1")
        kept = found.next_offset
        assert kept >= sum(end <= cut for end in ends), "what was on the disk is there"
        assert found.load(["ann"])["ann"].state == b"%d" % kept
        assert sorted(found.load(["ann"])["ann"].episodes) == [f"e{at}" for at in range(kept)]
        found.close()
