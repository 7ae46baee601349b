import asyncio
from pathlib import Path

import pytest

from infra.benchmarks.meter import moments
from infra.benchmarks.our_worker import HeldPartitions, note_the_beginning
from infra.benchmarks.profile_of import Record
from infra.workload import log_of_events
from streams.batch import Fetched
from streams.owned import OwnedPartitions
from streams.position import LogBounds


def owned(folder: Path) -> HeldPartitions:
    def fail(problem: BaseException) -> None:
        raise problem

    return HeldPartitions(folder, "myomap.events", "id", "rules", lambda: pytest.fail("not needed"), fail)


def test_states_that_are_held_are_folded_and_nothing_is_written(tmp_path: Path) -> None:
    partitions = owned(tmp_path)
    asyncio.run(partitions.open({0, 1}))
    assert partitions.start(1, LogBounds(3, 9)) == 3
    assert partitions.epoch(2) is None
    log = log_of_events(90)
    records = [Record(each.offset, each.key, each.value) for each in log]
    left: list[int] = []
    HeldPartitions.leave, HeldPartitions.events = left.append, len(records)
    asyncio.run(partitions.apply(Fetched(0, 1, 0, 50, records[:50])))
    assert left == []
    asyncio.run(partitions.apply(Fetched(0, 1, 50, len(records), records[50:])))
    assert left == [0]
    asyncio.run(partitions.close({1}))
    assert partitions.start(1, LogBounds(0, 9)) is None
    assert list(tmp_path.iterdir()) == []


def test_the_first_fetch_is_noted_and_applied_like_every_other(capsys: pytest.CaptureFixture[str]) -> None:
    applied: list[object] = []

    class Owner(OwnedPartitions):
        async def apply(self, fetched: Fetched) -> None:
            applied.append(fetched)

    note_the_beginning(Owner)
    owner = Owner.__new__(Owner)
    fetches = [Fetched(0, 1, at, at + 1, []) for at in range(3)]
    for each in fetches:
        asyncio.run(owner.apply(each))
    assert applied == fetches
    assert list(moments(capsys.readouterr().out.splitlines())) == ["began"]
