import asyncio
import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from streams.standing import Standing


@dataclass
class Owner:
    """Partitions that are open, without their stores."""

    open: list[Any] = field(default_factory=list)
    checked: int = 0

    def __iter__(self) -> Any:
        return iter(self.open)

    def check_progress(self) -> None:
        self.checked += 1


def standing(owner: Any, loop: Any = None, members: int | None = 1, restoring: Any = None) -> Standing:
    return Standing(
        owner=owner,
        assigned=lambda: 3,
        is_flowing=lambda: False,
        restoring=lambda: restoring or {},
        loop=lambda: loop,
        members=lambda: members,
        partitions_of_topic=4,
    )


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        (None, None),
        (5, None),
        (4, "its group has 4 members for 4 partitions"),
        (1, "its group has 1 member for 4 partitions"),
    ],
)
def test_a_worker_should_own_something_unless_the_group_has_more_members_than_partitions(
    members: int | None, reason: str | None
) -> None:
    assert standing(Owner(), members=members).should_own() == reason


def test_bringing_stores_back_and_opening_them_is_progress() -> None:
    owner, restoring = Owner(), {1: (10, 100)}
    one = standing(owner, restoring=restoring)
    seen = [one.progress()]
    restoring[1] = (20, 100)
    seen.append(one.progress())
    owner.open.append(object())
    seen.append(one.progress())
    assert len(set(seen)) == 3
    assert one.progress() == seen[-1]


def test_what_it_was_given_and_whether_it_reads_is_asked_of_the_worker() -> None:
    owner = Owner()
    one = standing(owner)
    assert (one.partitions(), one.flowing()) == (3, False)
    one.check_progress()
    assert owner.checked == 1


def test_forgiving_counts_the_time_without_progress_anew() -> None:
    partition = SimpleNamespace(counters=SimpleNamespace(moved_at=0.0))
    standing(Owner([partition])).forgive()
    assert partition.counters.moved_at > 0.0


def test_the_loop_answers_from_its_own_thread() -> None:
    async def wait() -> int:
        answered, thread = asyncio.Event(), []
        one = standing(Owner(), asyncio.get_running_loop())

        def answer() -> None:
            thread.append(threading.get_ident())
            answered.set()

        await asyncio.to_thread(one.ask_loop, answer)
        await asyncio.wait_for(answered.wait(), 10)
        return thread[0]

    assert asyncio.run(wait()) == threading.get_ident()
