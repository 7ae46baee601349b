"""Replays one partition of a lake through the fold, as the parity check does, and notes how long it takes.

python -m infra.benchmarks.our_replay FOLDER PARTITION
"""

import sys
from pathlib import Path

from infra.benchmarks.meter import Meter
from warehouse.lake import Lake
from warehouse.manifest import read_manifest
from warehouse.replay import replay_all


def main(arguments: list[str]) -> None:
    """Replay, and say how many events were folded."""
    folder = Path(arguments[0])
    meter = Meter()
    meter.begin()
    events = replay_all(Lake(folder, read_manifest(folder)), int(arguments[1]))
    meter.end()
    sys.stdout.write(f"replayed {events}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
