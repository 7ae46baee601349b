"""Publishes for an operator's verb: nobody else can, on any host, from the moment that it was begun."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from contracts.settings import KafkaSettings
from streams.configuration import tls_context
from streams.opening import Log, open_store
from streams.outbox import KafkaOutlet, drain
from streams.partition import Partition


class SolePublisher:
    """Holds the right to publish for some partitions, without folding anything."""

    def __init__(self, loop: asyncio.AbstractEventLoop, outlet: KafkaOutlet) -> None:
        self._loop = loop
        self._outlet = outlet

    def publish(self, folder: Path, log: Log, rules_version: str) -> None:
        """Empty the outbox of a store; raises ``PublishFailed``, or ``Fenced`` when a worker took over."""
        partition = Partition(open_store(folder, log, rules_version), log, rules_version)
        with closing(partition):
            while self._loop.run_until_complete(drain(partition, self._outlet)):
                pass


@contextmanager
def sole_publisher(kafka: KafkaSettings, partitions: Iterable[int]) -> Iterator[SolePublisher]:
    """Take these partitions over; raises ``PublishFailed``. A worker that is started takes them back."""
    loop = asyncio.new_event_loop()
    # Whatever fails is raised where it was asked for; what is given up with it need not be told again.
    loop.set_exception_handler(lambda _loop, _context: None)
    outlet = loop.run_until_complete(_made(kafka))
    try:
        for number in partitions:
            loop.run_until_complete(outlet.take_over(number))
        yield SolePublisher(loop, outlet)
    finally:
        loop.run_until_complete(_ended(outlet))
        loop.close()


async def _made(kafka: KafkaSettings) -> KafkaOutlet:
    return KafkaOutlet(kafka, tls_context(kafka))


async def _ended(outlet: KafkaOutlet) -> None:
    await outlet.close()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
