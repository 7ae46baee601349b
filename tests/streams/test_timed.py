import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from streams.outbox import Sending
from streams.producing import PublishFailed
from streams.rows import Message
from streams.timed import TimedOutlet


class Outlet:
    """Takes messages in two seconds, or does not."""

    def __init__(self, fails: bool = False) -> None:
        self.fails = fails
        self.now = 10.0
        self.said: list[object] = []

    async def take_over(self, partition: int) -> None:
        self.said.append(("take over", partition))

    async def let_go(self, partition: int) -> None:
        self.said.append(("let go", partition))

    async def send(self, messages: Sequence[Message]) -> None:
        self.said += messages

    @asynccontextmanager
    async def transaction(self, partition: int) -> AsyncIterator[Sending]:
        yield self
        self.now += 2.0
        if self.fails:
            raise PublishFailed("no")
        self.said.append(("committed", partition))


def publish(outlet: Outlet, took: list[float], moved: list[int]) -> None:
    async def work() -> None:
        timed = TimedOutlet(outlet, took.append, moved.append, lambda: outlet.now)
        await timed.take_over(3)
        async with timed.transaction(3) as sending:
            await sending.send([Message("any", None, b"said")])
            assert moved == [3]
        await timed.let_go(3)

    asyncio.run(work())


def test_a_publish_is_passed_on_and_its_time_is_told() -> None:
    outlet = Outlet()
    took: list[float] = []
    moved: list[int] = []
    publish(outlet, took, moved)
    assert outlet.said == [
        ("take over", 3), Message("any", None, b"said"), ("committed", 3), ("let go", 3)
    ]  # fmt: skip
    assert took == [2.0]
    assert moved == [3, 3], "whenever messages went out, and when Kafka had them"


def test_a_publish_that_fails_is_no_time_of_a_publish() -> None:
    took: list[float] = []
    moved: list[int] = []
    with pytest.raises(PublishFailed):
        publish(Outlet(fails=True), took, moved)
    assert (took, moved) == ([], [3])
