"""The same work with stock Faust: an agent, a Table, its changelog, and a topic of transitions.

Each event is folded alone, as Faust hands it out, and the patient's new value is set in the Table,
which publishes it to the changelog. To its advantage: the Table is in memory and holds decoded states,
so nothing is decoded twice; the changelog counts as the publication of the progression; records are
raw bytes (no schema, no models); its web server and its checks of other partitions are off; the
producer waits 20 ms for larger batches and compresses nothing; offsets are committed as seldom as by
default. ``at_least_once`` is its default and the faster of its two guarantees.

    python -m infra.benchmarks.stock_faust fold BOOTSTRAP TOPIC PARTITIONS EVENTS FOLDER
    python -m infra.benchmarks.stock_faust recover BOOTSTRAP TOPIC PARTITIONS STATES FOLDER
    python -m infra.benchmarks.stock_faust recover-raw BOOTSTRAP TOPIC PARTITIONS STATES FOLDER

``recover`` fills the Table again from its changelog, with the states that an agent works on;
``recover-raw`` with their stored bytes only, which no stock application does, and is told beside it.
"""

import os
import sys
from collections.abc import AsyncIterator
from typing import Any, Final

from infra.benchmarks.meter import Meter
from infra.benchmarks.one_value import Value, bytes_of, folded, state_of

NAME: Final = "bench-faust"
TABLE: Final = "states"
TRANSITIONS: Final = f"{NAME}-transitions"


def changelog(what: str) -> str:
    """Faust's own name for the Table's changelog."""
    return f"{NAME}-{what}-{TABLE}-changelog"


def build(what: str, bootstrap: str, topic: str, partitions: int, folder: str) -> tuple[Any, Any, Any, Any]:
    """App, source, table and topic of transitions."""
    import faust
    from faust.serializers import codecs

    codecs.register("patient", _codec(codecs.Codec, is_lazy=what == "recover-raw"))
    app = faust.App(
        f"{NAME}-{what}",
        broker=f"kafka://{bootstrap}",
        store="memory://",
        datadir=folder,
        topic_partitions=partitions,
        topic_disable_leader=True,
        autodiscover=False,
        web_enabled=False,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        broker_max_poll_records=10_000,
        producer_linger=0.02,
        producer_max_batch_size=1024 * 1024,
        producer_max_request_size=8 * 1024 * 1024,
    )
    source = app.topic(topic, key_serializer="raw", value_serializer="raw")
    transitions = app.topic(
        TRANSITIONS, key_serializer="raw", value_serializer="raw", partitions=partitions, internal=True
    )
    # What the Table would make itself, but for the serializers.
    states = app.topic(
        changelog(what), key_serializer="raw", value_serializer="patient", partitions=partitions,
        compacting=True, acks=False, internal=True, maxsize=131_072, allow_empty=True,
    )  # fmt: skip
    table: Any = app.Table(TABLE, partitions=partitions, key_type=bytes, changelog_topic=states)
    table.value_serializer = "patient"
    return app, source, table, transitions


def add_agent(app: Any, source: Any, table: Any, transitions: Any, events: int) -> None:
    """Fold each event into its patient's value; after so many events wait for what is under way, and end."""
    meter = Meter()

    @app.agent(source)  # type: ignore[untyped-decorator]
    async def progression(stream: AsyncIterator[Any]) -> None:
        done = 0
        async for event in stream.events():  # type: ignore[attr-defined]
            meter.begin()
            key = event.key
            table[key], changes = folded(table.get(key), event.value)
            for change in changes:
                await transitions.send(key=key, value=change)
            done += 1
            if done == events:
                await app.producer.flush()
                meter.end()
                os._exit(0)


def add_recovery(app: Any, source: Any, table: Any) -> None:
    """Tell when the first states come from the changelog, and when all have."""
    meter, queue = Meter(), app.tables.changelog_queue
    get = queue.get

    async def first() -> Any:
        event = await get()
        meter.begin()
        del queue.get  # from here on its own
        return event

    queue.get = first

    @app.agent(source)  # type: ignore[untyped-decorator]
    async def idle(stream: AsyncIterator[Any]) -> None:
        async for _event in stream:
            pass

    @table.on_recover  # type: ignore[untyped-decorator]
    async def recovered() -> None:
        meter.end()
        sys.stdout.write(f"recovered {len(table)}\n")
        sys.stdout.flush()
        os._exit(0)


def _codec(codec: type, is_lazy: bool) -> Any:
    class Patient(codec):  # type: ignore[misc]
        """A Table holds states; a lazy one leaves stored bytes as they are until the fold wants them."""

        def _loads(self, value: bytes) -> Value:
            return value if is_lazy else state_of(value)

        def _dumps(self, value: Any) -> bytes:
            return bytes_of(value)

    return Patient()


def main(arguments: list[str]) -> None:
    """Run until the work is done."""
    what, bootstrap, topic, partitions, events, folder = arguments
    app, source, table, transitions = build(what, bootstrap, topic, int(partitions), folder)
    if what == "fold":
        add_agent(app, source, table, transitions, int(events))
    else:
        add_recovery(app, source, table)
    app.finalize()
    worker = app.Worker(loglevel="warning", redirect_stdouts=False, quiet=True)
    worker.spinner = None
    worker.execute_from_commandline()


if __name__ == "__main__":
    main(sys.argv[1:])
