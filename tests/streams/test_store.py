import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from streams.opening import FORMAT, Damaged, Log, connect, open_store, store_path
from streams.position import StoreRefused
from streams.rows import (
    Commit,
    EpisodeRow,
    Message,
    Position,
    QuarantinedRow,
    Unpublished,
    UnpublishedPatient,
)
from streams.store import Fenced, PartitionStore

LOG = Log("myomap.events", "topic-id", 3)


def opened(folder: Path, **changes: Any) -> PartitionStore:
    return open_store(folder, Log(**{**LOG.__dict__, **changes}), "rules-1")


def batch(from_offset: int, to_offset: int, mark: bytes = b"1") -> Commit:
    return Commit(
        from_offset,
        to_offset,
        patients={"ann": b"a" + mark, "bob": b"b" + mark},
        episodes={("ann", "knee"): EpisodeRow(b"view" + mark, b"detail" + mark)},
        messages=[Message("myomap.transitions", b"ann", b"fact" + mark)],
        quarantined=[QuarantinedRow(from_offset, "not_decodable", "$.side")],
    )


@dataclass(frozen=True)
class Unsent:
    """All that waits in an outbox at one moment."""

    position: Position
    messages: list[Message]
    patients: list[UnpublishedPatient]
    episodes: list[Unpublished]
    is_any: bool

    def __bool__(self) -> bool:
        return self.is_any


def unsent(store: PartitionStore) -> Unsent:
    with store.waiting() as waiting:
        return Unsent(
            waiting.position,
            [each for part in waiting.messages() for each in part],
            [each for part in waiting.patients() for each in part],
            [each for part in waiting.episodes() for each in part],
            bool(waiting),
        )


def dump(folder: Path) -> list[list[tuple[Any, ...]]]:
    connection = sqlite3.connect(store_path(folder, LOG.partition))
    tables = ("patients", "episodes", "unpublished", "outbox", "quarantined")
    rows = [connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in tables]
    rows.append(connection.execute("SELECT next_offset FROM meta").fetchall())
    connection.close()
    return rows


def test_a_new_store_begins_at_offset_0_and_knows_nobody(tmp_path: Path) -> None:
    store = opened(tmp_path)
    assert store.next_offset == 0
    assert store.load(["ann"]) == {}
    assert not unsent(store)


def test_a_batch_is_there_after_the_store_was_opened_again(tmp_path: Path) -> None:
    first = opened(tmp_path)
    first.commit(batch(0, 7))
    first.close()
    store = opened(tmp_path)
    assert store.next_offset == 7
    rows = store.load(["ann", "bob", "cyd"])
    assert sorted(rows) == ["ann", "bob"]
    assert rows["ann"].state == b"a1"
    assert rows["ann"].episodes == {"knee": EpisodeRow(b"view1", b"detail1")}
    assert rows["bob"].episodes == {}


def test_every_opening_raises_the_epoch(tmp_path: Path) -> None:
    epochs = []
    for _ in range(3):
        store = opened(tmp_path)
        epochs.append(store.epoch)
        store.close()
    assert epochs == [1, 2, 3]


def test_an_owner_that_was_replaced_can_neither_commit_nor_empty_the_outbox(tmp_path: Path) -> None:
    old = opened(tmp_path)
    old.commit(batch(0, 7))
    waiting = unsent(old).position
    new = opened(tmp_path)
    before = dump(tmp_path)
    with pytest.raises(Fenced, match="Another worker took over"):
        old.commit(batch(7, 9, b"2"))
    with pytest.raises(Fenced):
        old.published(waiting)
    with pytest.raises(Fenced):
        old.check_owner()
    assert dump(tmp_path) == before
    new.check_owner()
    new.commit(batch(7, 9, b"3"))
    assert new.load(["ann"])["ann"].state == b"a3"


def test_a_batch_that_does_not_begin_where_the_store_is_writes_nothing(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.commit(batch(0, 7))
    before = dump(tmp_path)
    for start in (0, 6, 8):
        with pytest.raises(Fenced):
            store.commit(batch(start, 20, b"2"))
    assert dump(tmp_path) == before


class Cut(sqlite3.Connection):
    """A connection that fails at its n-th statement from now."""

    left: int | None = None

    def _count(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise sqlite3.OperationalError("disk I/O error")

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if sql != "ROLLBACK":
            self._count()
        return super().execute(sql, *parameters)

    def executemany(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        self._count()
        return super().executemany(sql, *parameters)


def cut_connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, factory=Cut)
    connection.execute("PRAGMA journal_mode = WAL")
    return connection


def test_a_failure_at_any_statement_of_a_batch_leaves_all_or_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path, LOG, "rules-1", cut_connect)
    store.commit(batch(0, 7))
    before = dump(tmp_path)
    cuts = 0
    while True:
        store._connection.left = cuts  # type: ignore[attr-defined]
        try:
            store.commit(batch(7, 9, b"2"))
            break
        except sqlite3.OperationalError:
            assert store.next_offset == 7
            assert dump(tmp_path) == before
            cuts += 1
    store._connection.left = None  # type: ignore[attr-defined]
    assert cuts >= 9, "BEGIN, the offset, four state tables, outbox, quarantined and COMMIT can each fail"
    assert dump(tmp_path)[-1] == [(9,)]
    assert store.load(["ann"])["ann"].state == b"a2"


def test_the_outbox_gives_messages_in_their_order_and_each_changed_state_once(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.commit(batch(0, 7, b"1"))
    store.commit(batch(7, 9, b"2"))
    waiting = unsent(store)
    assert [message.value for message in waiting.messages] == [b"fact1", b"fact2"]
    assert waiting.patients == [UnpublishedPatient("ann", b"a2"), UnpublishedPatient("bob", b"b2", False)]
    assert waiting.episodes == [Unpublished("ann", "knee", EpisodeRow(b"view2", b"detail2"))]
    assert waiting.position == Position(9, 2)


def test_what_changed_after_it_was_read_stays_in_the_outbox(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.commit(batch(0, 7, b"1"))
    waiting = unsent(store)
    store.commit(batch(7, 9, b"2"))
    store.published(waiting.position)
    left = unsent(store)
    assert [message.value for message in left.messages] == [b"fact2"]
    assert left.episodes[0].row == EpisodeRow(b"view2", b"detail2")
    store.published(left.position)
    assert not unsent(store)
    store.close()
    assert not unsent(opened(tmp_path))


def test_what_is_committed_while_the_outbox_is_read_is_not_seen(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.commit(batch(0, 7, b"1"))
    with store.waiting() as waiting:
        store.commit(batch(7, 9, b"2"))
        assert waiting.position.next_offset == 7
        assert [[each.value for each in part] for part in waiting.messages()] == [[b"fact1"]]
        assert [part[0].row for part in waiting.episodes()] == [EpisodeRow(b"view1", b"detail1")]
        assert [part[0].state for part in waiting.patients()] == [b"a1"]


def test_events_that_change_nothing_still_move_what_is_published(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.commit(Commit(0, 7))
    waiting = unsent(store)
    assert waiting and waiting.messages == waiting.patients == waiting.episodes == []
    store.published(waiting.position)
    assert not unsent(store)


def test_a_long_outbox_is_handed_out_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.store.PART", 2)
    store = opened(tmp_path)
    episodes = {("ann", f"e{number}"): EpisodeRow(b"v", b"d") for number in range(5)}
    messages = [Message("myomap.transitions", b"ann", b"%d" % number) for number in range(5)]
    store.commit(Commit(0, 7, {"ann": b"a"}, episodes, messages))
    with store.waiting() as waiting:
        assert [[each.value for each in part] for part in waiting.messages()] == [
            [b"0", b"1"], [b"2", b"3"], [b"4"]
        ]  # fmt: skip
        assert [len(part) for part in waiting.episodes()] == [2, 2, 1]


def test_an_episode_that_was_taken_away_goes_out_as_a_tombstone_with_its_patients_row(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.commit(batch(0, 7))
    store.published(unsent(store).position)
    store.commit(Commit(7, 8, episodes={("ann", "knee"): None}))
    assert store.load(["ann"])["ann"].episodes == {}
    assert [each.row for each in unsent(store).episodes] == [None]
    assert unsent(store).patients == [UnpublishedPatient("ann", b"a1", False)]


def test_all_can_be_published_again_and_what_is_not_here_is_taken_away(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.commit(batch(0, 7))
    store.published(unsent(store).position)
    store.publish_again([("ann", "hip"), ("cyd", ""), ("ann", "knee")])
    again = unsent(store)
    assert again.episodes == [
        Unpublished("ann", "hip", None),
        Unpublished("ann", "knee", EpisodeRow(b"view1", b"detail1")),
    ]
    assert again.patients == [
        UnpublishedPatient("ann", b"a1"),
        UnpublishedPatient("bob", b"b1", False),
        UnpublishedPatient("cyd", None, False),
    ]


@pytest.mark.parametrize(
    ("changes", "rules", "says"),
    [
        ({"topic_id": "made again"}, "rules-1", "the topic was made again"),
        ({"topic": "other.events"}, "rules-1", "belongs to partition 3 of myomap.events"),
        ({}, "rules-2", "was written under the rules rules-1"),
    ],
)
def test_a_store_of_another_log_or_other_rules_is_refused(
    tmp_path: Path, changes: dict[str, str], rules: str, says: str
) -> None:
    opened(tmp_path).close()
    with pytest.raises(StoreRefused, match=says):
        open_store(tmp_path, Log(**{**LOG.__dict__, **changes}), rules)


def test_a_refused_opening_does_not_raise_the_epoch(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with pytest.raises(StoreRefused):
        open_store(tmp_path, LOG, "rules-2")
    store.check_owner()


def test_a_store_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    opened(tmp_path).close()
    connection = connect(store_path(tmp_path, LOG.partition))
    connection.execute("UPDATE meta SET format = ?", (FORMAT + 1,))
    connection.close()
    with pytest.raises(StoreRefused, match="start the newer version"):
        opened(tmp_path)


def test_a_damaged_file_is_not_opened(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.commit(Commit(0, 7, {f"p{number}": b"x" * 500 for number in range(500)}))
    store.close()
    path = store_path(tmp_path, LOG.partition)
    content = bytearray(path.read_bytes())
    content[8192:20000] = b"\xff" * (20000 - 8192)
    path.write_bytes(content)
    with pytest.raises(Damaged):
        opened(tmp_path)


WRITER = """
import sys
from pathlib import Path
from streams.rows import Commit, EpisodeRow, Message
from streams.opening import Log, open_store

store = open_store(Path(sys.argv[1]), Log("myomap.events", "topic-id", 3), "rules-1")
print("open", flush=True)
while True:
    at = store.next_offset
    mark = str(at + 1).encode()
    store.commit(Commit(at, at + 1, {"ann": mark}, {("ann", "e%d" % (at % 50)): EpisodeRow(mark, mark * 500)},
        [Message("t", b"ann", mark)]))
    if at % 7 == 0:
        with store.waiting() as waiting:
            store.published(waiting.position)
"""


def test_a_writer_killed_at_any_time_leaves_a_whole_batch(tmp_path: Path) -> None:
    seed = random.randrange(10_000)
    print(f"seed {seed}")
    waits = random.Random(seed)
    last = 0
    for _ in range(6):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(waits.uniform(0.01, 0.2))
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        store = opened(tmp_path)
        assert store.next_offset >= last
        last = store.next_offset
        if last:
            assert store.load(["ann"])["ann"].state == str(last).encode()
            # A batch whose predecessor number divides by seven was published by its writer, perhaps.
            newest = [message.value for message in unsent(store).messages[-1:]]
            assert newest == [str(last).encode()] or (newest == [] and last % 7 == 1)
        store.close()
    assert last > 0
