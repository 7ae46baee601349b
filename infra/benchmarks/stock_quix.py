"""The same work with Quix Streams, exactly-once: the same fold and state, in an environment of its own.

Each event is folded alone, as Quix hands it out, and the patient's new value is set in its state
(RocksDB with a changelog topic); transitions go to a topic. To its advantage: decoded states are held
in memory, so nothing is read or decoded twice; records and values are raw bytes; a checkpoint is made
as seldom as by default, every 5 s, where ours commits and publishes with every fetch; and the changelog
counts as the publication of the progression, which Quix writes once per patient and checkpoint.

    ENVIRONMENT/bin/python -m infra.benchmarks.stock_quix BOOTSTRAP TOPIC EVENTS FOLDER
"""

import sys
from collections.abc import Callable
from typing import Any, Final

from infra.benchmarks.meter import Meter
from infra.benchmarks.one_value import bytes_of, folded
from streams.progression.state import PatientState

NAME: Final = "bench-quix"
TRANSITIONS: Final = f"{NAME}-transitions"
VALUE: Final = "value"


class Folding:
    """The stateful function: one event in, the transitions out."""

    def __init__(self, meter: Meter, events: int, stop: Callable[[], None]) -> None:
        self._meter = meter
        self._rest = events
        self._stop = stop
        self._held: dict[bytes, PatientState] = {}

    def __call__(self, record: bytes, key: bytes, _stamp: Any, _headers: Any, state: Any) -> list[bytes]:
        """Fold a record into the state of its key."""
        self._meter.begin()
        before = self._held.get(key) or state.get_bytes(VALUE)
        after, changes = folded(before, record)
        self._held[key] = after
        state.set_bytes(VALUE, bytes_of(after))
        self._rest -= 1
        if self._rest == 0:
            self._stop()
        return changes


def run(bootstrap: str, topic: str, events: int, folder: str) -> None:
    """Fold so many events; the end is after the last checkpoint is committed."""
    from quixstreams import Application

    meter = Meter()
    app = Application(
        bootstrap,
        consumer_group=NAME,
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        commit_interval=5.0,
        state_dir=folder,
        loglevel="ERROR",
        consumer_poll_timeout=0.1,
        producer_extra_config={"linger.ms": 20, "message.max.bytes": 8 * 1024 * 1024},
    )
    raw = {"key_deserializer": "bytes", "value_deserializer": "bytes"}
    source = app.topic(topic, **raw)
    transitions = app.topic(TRANSITIONS, key_serializer="bytes", value_serializer="bytes")
    frame = app.dataframe(source)
    frame = frame.apply(Folding(meter, events, app.stop), stateful=True, metadata=True, expand=True)
    frame.to_topic(transitions)
    app.run()
    meter.end()


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
