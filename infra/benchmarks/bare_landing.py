"""The least that a landing can do: consume, decode to typed columns, write Parquet; nothing else.

No manifest, order, checksum, erasure, compaction or sync to the medium; what cannot be decoded ends it,
and of what was read before it knows nothing. Fetches and files are as large as ours, the columns the same.

    python -m infra.benchmarks.bare_landing BOOTSTRAP TOPIC EVENTS FOLDER
"""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from kafka import KafkaConsumer, TopicPartition

from contracts.events import Event, decode
from infra.benchmarks.meter import Meter
from warehouse.records import EVENTS

SHAPED: Final[dict[str, Callable[[Any], Any]]] = {
    "tracks": msgspec.to_builtins,
    "changes": lambda changes: msgspec.json.encode(changes).decode(),
}
"""Fields that are no plain values."""


def land(bootstrap: str, topic: str, events: int, folder: Path) -> None:
    """Write so many events of the topic, each partition's into files of their own."""
    consumer: Any = KafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        max_poll_records=5_000,
        max_partition_fetch_bytes=4 * 1024 * 1024,
        fetch_max_wait_ms=100,
    )
    partitions = [TopicPartition(topic, each) for each in consumer.partitions_for_topic(topic)]
    consumer.assign(partitions)
    consumer.seek_to_beginning()
    meter, held, done = Meter(), {each: list[Event]() for each in partitions}, 0
    while done < events:
        for partition, records in consumer.poll(timeout_ms=500).items():
            meter.begin()
            done += len(records)
            held[partition].extend(decode(each.value) for each in records)
            if len(held[partition]) >= EVENTS.segment_offsets:
                _write(folder / f"{partition.partition}-{done}.parquet", held[partition])
                held[partition] = []
    for partition, said in held.items():
        _write(folder / f"{partition.partition}-rest.parquet", said)
    meter.end()


def _write(path: Path, said: Iterable[Event]) -> None:
    by_type: dict[type[Event], list[Event]] = {}
    for each in said:
        by_type.setdefault(type(each), []).append(each)
    tables = [_columns(kind, rows) for kind, rows in by_type.items()]
    rows = pa.concat_tables(tables, promote_options="default")
    pq.write_table(rows, path, compression="zstd", row_group_size=10_000)


def _columns(kind: type[Event], rows: list[Event]) -> pa.Table:
    """The fields of one type; the same types as in the lake."""
    found = {}
    for name in kind.__struct_fields__:
        if name in EVENTS.schema.names:
            values = [getattr(each, name) for each in rows]
            if name in SHAPED:
                values = [SHAPED[name](value) for value in values]
            found[name] = pa.array(values, EVENTS.schema.field(name).type)
    return pa.table(found)


if __name__ == "__main__":
    land(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
