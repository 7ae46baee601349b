"""A worker that stands still is ended; what is watched and the time are made up here.

With a real broker that falls silent it is tested in ``test_worker.py``.
"""

import subprocess
import sys
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

import pytest

from streams.owned import Stalled
from streams.watchdog import Limits, Watchdog

LIMITS = Limits(blocked=120.0, not_flowing=300.0, nothing_assigned=60.0, look_every=1.0)


@dataclass
class Worker:
    """What is watched; by default all is well."""

    given: int = 2
    flows: bool = True
    moved: int = 0
    loop_answers: bool = True
    reason: str | None = None
    stalled: bool = False
    asked: int = 0
    forgiven: int = 0
    failures: list[BaseException] = field(default_factory=list)

    def partitions(self) -> int:
        return self.given

    def flowing(self) -> bool:
        return self.flows

    def progress(self) -> Hashable:
        return self.moved

    def should_own(self) -> str | None:
        self.asked += 1
        return self.reason

    def check_progress(self) -> None:
        if self.stalled:
            raise Stalled("Partition 3 has 5 events to read and did not move.")

    def forgive(self) -> None:
        self.forgiven += 1

    def ask_loop(self, answer: Callable[[], None]) -> None:
        if self.loop_answers:
            answer()


class Time:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def looked(
    worker: Worker, seconds: float, step: float = 1.0, before: Callable[[float], None] | None = None
) -> None:
    """Look every ``step`` seconds for so long."""
    clock = Time()
    watchdog = Watchdog(worker, worker.failures.append, LIMITS, clock)
    for tick in range(int(seconds / step)):
        clock.now += step
        if before is not None:
            before(tick * step)
        watchdog.look()


def test_a_worker_that_works_is_left_alone_for_ever() -> None:
    worker = Worker()
    looked(worker, 10_000)
    assert worker.asked == 0


def test_a_partition_with_lag_that_does_not_move_ends_the_worker() -> None:
    with pytest.raises(Stalled, match="Partition 3 has 5 events"):
        looked(Worker(stalled=True), 1)


def test_a_loop_that_is_stuck_ends_the_worker_after_its_time() -> None:
    looked(Worker(loop_answers=False), 120)
    with pytest.raises(Stalled, match="hangs since 121 s"):
        looked(Worker(loop_answers=False), 122)


def test_reading_that_never_begins_ends_the_worker_after_its_time() -> None:
    looked(Worker(flows=False), 300)
    with pytest.raises(Stalled, match=r"reading did not begin for 30\d s"):
        looked(Worker(flows=False), 302)


def test_stores_that_are_brought_back_may_take_any_time_as_long_as_they_come() -> None:
    worker = Worker(flows=False, loop_answers=False)

    def read_on(_seconds: float) -> None:
        worker.moved += 1

    looked(worker, 5_000, before=read_on)


def test_a_worker_that_should_have_partitions_and_has_none_is_ended() -> None:
    worker = Worker(given=0, reason="its group has 2 members for 8 partitions")
    looked(worker, 60)
    assert worker.asked == 0
    with pytest.raises(Stalled, match="given no partition for 61 s, though its group has 2 members for 8"):
        looked(worker, 63)


def test_a_spare_worker_waits_for_ever_and_the_broker_is_seldom_asked() -> None:
    worker = Worker(given=0)
    looked(worker, 620)
    assert 9 <= worker.asked <= 10


def test_a_pause_between_two_spells_without_partitions_begins_the_time_anew() -> None:
    worker = Worker(given=0, reason="any")

    def now_and_then(seconds: float) -> None:
        worker.given = 1 if seconds % 50 == 0 else 0

    looked(worker, 500, before=now_and_then)


def test_a_process_that_was_stopped_and_woken_is_not_blamed_for_the_time() -> None:
    worker = Worker(loop_answers=False, flows=False)
    clock = Time()
    watchdog = Watchdog(worker, worker.failures.append, LIMITS, clock)
    clock.now += 1
    watchdog.look()
    clock.now += 3_600
    watchdog.look()
    assert worker.forgiven == 1


def test_the_thread_tells_what_it_found_and_ends_when_told() -> None:
    told = threading.Event()
    found: list[BaseException] = []

    def fail(reason: BaseException) -> None:
        found.append(reason)
        told.set()

    watchdog = Watchdog(Worker(stalled=True), fail, Limits(look_every=0.01))
    watchdog.start()
    assert told.wait(10)
    watchdog.stop()
    assert isinstance(found[0], Stalled)


def test_a_failure_of_the_watchdog_itself_is_told_too() -> None:
    told = threading.Event()

    class Broken(Worker):
        def partitions(self) -> int:
            raise ZeroDivisionError

    watchdog = Watchdog(Broken(), lambda reason: told.set(), Limits(look_every=0.01))
    watchdog.start()
    assert told.wait(10)
    watchdog.stop()


STUCK = """
import asyncio, time
from streams.ending import leave
from streams.standing import Standing
from streams.watchdog import Limits, Watchdog

class Owner:
    def __iter__(self): return iter(())
    def check_progress(self): pass

async def work():
    loop = asyncio.get_running_loop()
    standing = Standing(Owner(), lambda: 1, lambda: True, dict, lambda: loop, lambda: None, 4)
    Watchdog(standing, leave, Limits(blocked=0.5, look_every=0.05)).start()
    await asyncio.sleep(1.0)
    print("it turned", flush=True)
    time.sleep(60)

asyncio.run(work())
"""


def test_a_real_loop_that_is_stuck_ends_its_process_with_a_sentence() -> None:
    done = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=50)
    assert done.stdout == "it turned\n", "a loop that turns is left alone"
    assert done.returncode == 1
    assert done.stderr.startswith("myomap stream: The worker hangs since")
