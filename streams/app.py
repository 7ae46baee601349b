"""The stream worker as a Faust app: ``faust -A streams.app worker``.

Faust gives the shell: command line, consumer group, lifecycle, web page. Delivery is our own, see
``transport`` and the README of this room.
"""

import asyncio
import logging
import os
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import faust
from faust.types import TP

from contracts import topics
from contracts.settings import KafkaSettings, Settings, settings_from
from streams.batch import Fetched
from streams.configuration import GROUP, configuration, tls_context
from streams.ending import leave
from streams.outbox import Drainer, KafkaOutlet, PublishFailed
from streams.owned import OwnedPartitions
from streams.pages import add_pages
from streams.progression.policy import rules_version
from streams.quiet import quieten
from streams.readiness import check_port, topic_id_of_events
from streams.transport import BatchTransport, WholeFetch

log = logging.getLogger(__name__)

HINT_SECONDS = 5.0
# What aiokafka says ten times a second while a broker is away.
CHATTY = (
    "aiokafka",
    "aiokafka.conn",
    "aiokafka.consumer.fetcher",
    "aiokafka.consumer.group_coordinator",
    "aiokafka.producer.sender",
)


class StreamApp(faust.App):  # type: ignore[misc]
    """Faust's app with our transport and the stores."""

    owner: OwnedPartitions
    drainer: Drainer
    outlet: KafkaOutlet

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """Nothing: Faust's own tables are not used."""

    def _crash(self, reason: BaseException) -> None:
        leave(reason)

    async def on_stop(self) -> None:
        """Publish what is left, then let go of the stores."""
        await super().on_stop()
        try:
            await asyncio.wait_for(self._publish_rest(), timeout=5.0)
        except (TimeoutError, PublishFailed) as problem:
            log.warning("Some messages stay in the outbox; the next start publishes them (%r).", problem)
        self.owner.close_all()

    async def _publish_rest(self) -> None:
        await self.drainer.drain_all()
        await self.outlet.close()


def build(settings: Settings) -> StreamApp:
    """The worker of these settings; raises a sentence when the topics are not there."""
    quieten(*CHATTY)
    check_port(settings.host, settings.worker_port)
    tls = tls_context(settings.kafka)
    credentials = _credentials(settings.kafka, tls)
    app = StreamApp(GROUP, broker_credentials=credentials, **configuration(settings))
    app.owner = OwnedPartitions(
        folder=settings.home.streams,
        topic=topics.EVENTS,
        topic_id=topic_id_of_events(settings.kafka),
        rules_version=rules_version(),
        fail=leave,
    )
    app.outlet = KafkaOutlet(settings.kafka, tls)
    app.drainer = Drainer(app.owner, app.outlet)
    app.owner.wake = app.drainer.wake
    _add_agent(app)
    _add_tasks(app)
    add_pages(app, app.owner)
    return app


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
                app.owner.apply(fetched)
                await app.drainer.room()
        except Exception as failure:
            leave(failure)


def _add_tasks(app: StreamApp) -> None:
    async def hint() -> None:
        offsets = {TP(topics.EVENTS, number): offset for number, offset in app.owner.offsets().items()}
        if offsets and not app.rebalancing:
            await app.consumer._thread.hint(offsets)

    async def watch() -> None:
        app.owner.check_progress()

    app.task(_guarded(app.drainer.run))
    app.task(_guarded(_every(HINT_SECONDS, hint)))
    app.task(_guarded(_every(HINT_SECONDS, watch)))


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
    except Exception as failure:
        leave(failure)
    globals()["app"] = app
    return app
