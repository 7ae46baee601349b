"""The stream worker as a Faust app: ``faust -A streams.app worker``.

Faust gives the shell: command line, consumer group, lifecycle, web page. Delivery is our own, see
``transport`` and the README of this room.
"""

import asyncio
import logging
import os
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import faust
from aiokafka.errors import KafkaError
from faust.exceptions import ConsumerNotStarted
from faust.types import TP

from contracts import topics
from contracts.settings import KafkaSettings, Settings, settings_from
from streams.batch import Fetched
from streams.collecting import load_and_spare
from streams.compacted import KafkaPublished
from streams.configuration import GROUP, configuration, tls_context
from streams.ending import leave
from streams.figures import Figures, Unread
from streams.outbox import Drainer
from streams.owned import OwnedPartitions
from streams.pages import add_pages
from streams.probing import LogProbe, LogWatch, members_of
from streams.producing import KafkaOutlet
from streams.progression.policy import rules_version
from streams.quiet import quieten
from streams.readiness import EventsTopic, NotReady, check_port, events_topic
from streams.secret import secret_of
from streams.showing import PatientPages
from streams.standing import Standing
from streams.stopping import StopLimit
from streams.tallies import tally_of
from streams.timed import TimedOutlet
from streams.transport import BatchTransport, WholeFetch
from streams.watchdog import USUAL, Limits, Watchdog

log = logging.getLogger(__name__)

HINT_SECONDS = 5.0
DRAIN_SECONDS = 5.0
# What aiokafka says ten times a second while a broker is away.
CHATTY = (
    "aiokafka",
    "aiokafka.conn",
    "aiokafka.consumer.fetcher",
    "aiokafka.consumer.group_coordinator",
    "aiokafka.producer.sender",
)


class StreamApp(faust.App):  # type: ignore[misc]
    """Faust's app with our transport, the stores, and what looks after them."""

    owner: OwnedPartitions
    drainer: Drainer
    outlet: KafkaOutlet
    figures: Figures
    patients: PatientPages
    secret: str | None
    watchdog: Watchdog
    log_watch: LogWatch
    stop_limit: StopLimit

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """Nothing: Faust's own tables are not used."""

    def _crash(self, reason: BaseException) -> None:
        leave(reason)

    def flowing(self) -> bool:
        """Whether records may flow: no rebalance is under way, and reading was started."""
        consumer = self._consumer
        return consumer is not None and bool(consumer.flow_active) and not self.rebalancing

    def assigned(self) -> int:
        """How many partitions the group gave to this worker, whether or not their stores are open yet."""
        try:
            return 0 if self._consumer is None else len(self._consumer.assignment())
        except ConsumerNotStarted:
            return 0

    def restoring(self) -> Mapping[int, tuple[int, int]]:
        """The stores that are brought back: by partition, the records read so far and those there are."""
        return self.owner.restoring()

    async def on_start(self) -> None:
        """Begin to look after the worker before any of its parts starts."""
        self.watchdog.start()
        self.log_watch.start()
        await super().on_start()

    async def start(self) -> None:
        """Start, or end with a sentence where Faust would only print where it was."""
        try:
            await super().start()
        except KafkaError as problem:
            went = f"Kafka went away while the worker started ({type(problem).__name__})"
            leave(NotReady(f"{went}; nothing was changed. Check the broker, then start the worker again."))
        except Exception as failure:
            leave(failure)

    async def stop(self) -> None:
        """Stop within bounds, whatever hangs."""
        self.stop_limit.begin()
        # What the clients say of a broker that does not answer is of no use to who has asked for the stop.
        for name in ("aiokafka", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self.watchdog.stop()
        self.log_watch.stop()
        await super().stop()

    async def on_stop(self) -> None:
        """Wait until what was folded is published, then let go of the stores."""
        await super().on_stop()
        paths = [each.store.path for each in self.owner]
        try:
            await asyncio.wait_for(_all_published(paths), DRAIN_SECONDS)
        except TimeoutError:
            log.warning("Some messages stay in the outbox; the next start publishes them.")
        await self.owner.close(set(self.owner.offsets()))
        await self.outlet.close()


def build(settings: Settings, limits: Limits = USUAL) -> StreamApp:
    """The worker of these settings; raises a sentence when the topics are not there."""
    quieten(*CHATTY)
    check_port(settings.host, settings.worker_port)
    topic = events_topic(settings.kafka)
    tls = tls_context(settings.kafka)
    credentials = _credentials(settings.kafka, tls)
    app = StreamApp(GROUP, broker_credentials=credentials, **configuration(settings))
    app.owner = OwnedPartitions(
        folder=settings.home.streams,
        topic=topics.EVENTS,
        topic_id=topic.topic_id,
        rules_version=rules_version(),
        published=lambda: KafkaPublished(settings.kafka, tls),
        fail=leave,
    )
    app.outlet = KafkaOutlet(settings.kafka, tls)
    app.figures = Figures()
    took = app.figures.publish_seconds.observe
    app.drainer = Drainer(app.owner, TimedOutlet(app.outlet, took, lambda number: _moved(app.owner, number)))
    app.owner.publishing = app.drainer
    _add_care(app, settings, topic, limits)
    _add_agent(app)
    _add_tasks(app)
    add_pages(app)
    return app


def _add_care(app: StreamApp, settings: Settings, topic: EventsTopic, limits: Limits) -> None:
    """Give the worker what measures it, shows it, and ends it when it stands still."""
    app.secret = secret_of(settings)
    app.patients = PatientPages(topic.partitions, lambda number: _store_of(app.owner, number))
    app.stop_limit = StopLimit()
    standing = Standing(
        owner=app.owner,
        assigned=app.assigned,
        is_flowing=app.flowing,
        restoring=app.restoring,
        loop=lambda: app.loop,
        members=lambda: members_of(settings.kafka, GROUP),
        partitions_of_topic=topic.partitions,
    )
    app.watchdog = Watchdog(standing, leave, limits)
    probe = LogProbe(settings.kafka, topics.EVENTS)
    app.log_watch = LogWatch(probe, app.owner.offsets, lambda *seen: _saw(app, *seen), limits.probe_every)


async def _all_published(paths: Sequence[Path]) -> None:
    """Return once nothing waits in these stores; the drainer is at it meanwhile."""
    while any(tally_of(path).waiting for path in paths):
        await asyncio.sleep(0.02)


def _store_of(owner: OwnedPartitions, number: int) -> Path | None:
    return next((each.store.path for each in owner if each.number == number), None)


def _moved(owner: OwnedPartitions, number: int) -> None:
    for each in owner:
        if each.number == number:
            each.counters.moved_at = time.monotonic()


def _saw(app: StreamApp, partition: int, unread: Unread) -> None:
    app.figures.saw_unread(partition, unread)
    if unread.since_ms is not None:  # what follows may be markers only, which are nobody's lag
        app.owner.saw_end(partition, unread.end)


def _credentials(kafka: KafkaSettings, tls: ssl.SSLContext | None) -> Any:
    if kafka.sasl_mechanism is not None:
        return faust.SASLCredentials(
            username=kafka.sasl_username,
            password=kafka.sasl_password,
            ssl_context=tls,
            mechanism=kafka.sasl_mechanism,
        )
    return None if tls is None else faust.SSLCredentials(context=tls)


def _add_agent(app: StreamApp) -> None:
    # acks=False: Faust never commits this topic; the stores' offsets are the position.
    channel = app.topic(topics.EVENTS, acks=False, schema=WholeFetch())

    @app.agent(channel, name="streams.progression")  # type: ignore[untyped-decorator]
    async def progression(stream: AsyncIterator[Fetched]) -> None:
        try:
            async for fetched in stream:
                await _apply(app, fetched)
                await app.drainer.room()
        except Exception as failure:
            leave(failure)


async def _apply(app: StreamApp, fetched: Fetched) -> None:
    """Fold a fetch, and measure it."""
    counters = {each.number: each.counters for each in app.owner}.get(fetched.partition)
    before = replace(counters) if counters else None
    await app.owner.apply(fetched)
    if counters is not None and before is not None:
        commits = counters.batches - before.batches
        figures = app.figures.of(fetched.partition)
        # A fetch is committed in parts of about the same size; each counts with the mean of them.
        for _ in range(commits):
            figures.batch_sizes.observe((counters.events - before.events) / commits)
            figures.commit_seconds.observe((counters.commit_seconds - before.commit_seconds) / commits)


def _add_tasks(app: StreamApp) -> None:
    async def hint() -> None:
        offsets = {TP(topics.EVENTS, number): offset for number, offset in app.owner.offsets().items()}
        if offsets and not app.rebalancing:
            await app.consumer._thread.hint(offsets)

    async def measure() -> None:
        for each in app.owner:
            app.figures.of(each.number).rate.note(each.counters.events)

    app.task(_guarded(app.drainer.run))
    app.task(_guarded(_every(HINT_SECONDS, hint)))
    app.task(_guarded(_every(HINT_SECONDS, measure)))


def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    async def repeat() -> None:
        while True:
            await asyncio.sleep(seconds)
            await work()

    return repeat


def _guarded(work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        try:
            await work()
        except Exception as failure:
            leave(failure)

    return run


def __getattr__(name: str) -> StreamApp:
    """``streams.app.app`` for Faust's command line, made from the environment when it is asked for."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        app = build(settings_from(os.environ))
        load_and_spare()
    except Exception as failure:
        leave(failure)
    globals()["app"] = app
    return app
