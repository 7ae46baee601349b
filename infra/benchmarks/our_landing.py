"""Our landing as it runs for users, but for a note of when it begins and when all of it is there.

python -m infra.benchmarks.our_landing
"""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from contracts.settings import settings_from
from infra.benchmarks.meter import Meter
from warehouse.kafka_log import KafkaLog
from warehouse.land import Chunk, land


class NotedLog(KafkaLog):
    """Says when the first records are handed over."""

    meter = Meter()

    def read(self, topic: str, wanted: Mapping[int, tuple[int, int]]) -> Iterator[Chunk]:
        """The records of these ranges."""
        for chunk in super().read(topic, wanted):
            self.meter.begin()
            yield chunk


def main() -> None:
    """Land what the installation's Kafka holds."""
    settings = settings_from(os.environ)
    log = NotedLog(settings.kafka)
    land(settings.home.lake, log, datetime.now(UTC))
    NotedLog.meter.end()
    log.close()


if __name__ == "__main__":
    main()
