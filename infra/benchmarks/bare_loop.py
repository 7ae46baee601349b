"""The least that a consumer can do: aiokafka's ``getmany`` in a loop, the same fold, nothing else.

Nothing is stored, committed or published. Fetches are as large as ours, and each fetch is folded as a
whole with the very functions of the worker; what remains between the two is what Faust and the
transport cost.

    python -m infra.benchmarks.bare_loop BOOTSTRAP TOPIC EVENTS
"""

import asyncio
import sys

from infra.benchmarks.meter import Meter
from streams.batch import decode, fold
from streams.progression.state import PatientState

POLL_MS = 25
RECORDS = 20_000
PARTITION_BYTES = 4 * 1024 * 1024


async def consume(bootstrap: str, topic: str, events: int) -> None:
    """Fold so many events of the topic from its beginning."""
    import aiokafka

    consumer = aiokafka.AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=POLL_MS,
        max_partition_fetch_bytes=PARTITION_BYTES,
    )
    await consumer.start()
    meter, states, done = Meter(), dict[str, PatientState](), 0
    while done < events:
        found = await consumer.getmany(timeout_ms=1_000, max_records=RECORDS)
        if found:
            meter.begin()
        for records in found.values():
            states |= fold(decode(records, "the log"), states).states
            done += len(records)
    meter.end()
    await consumer.stop()


if __name__ == "__main__":
    asyncio.run(consume(sys.argv[1], sys.argv[2], int(sys.argv[3])))
