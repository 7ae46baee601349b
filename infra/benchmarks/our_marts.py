"""Builds the marts of a lake in a folder, from nothing or what is new, and tells the seconds of each part.

Gates, parity and release are left out; they are measured on their own or run beside it.

    python -m infra.benchmarks.our_marts full|news FOLDER LAKE MEMORY_MB
"""

import json
import sys
from pathlib import Path

import msgspec

from warehouse.building import build
from warehouse.lake import Lake
from warehouse.manifest import read_manifest


class Parts(msgspec.Struct, frozen=True):
    """Seconds of loading, of the models, of the estimators, of the tests, and before dbt can be asked.

    full: whether everything was built, not only what is new.
    """

    full: bool
    load_s: float
    models_s: float
    estimators_s: float
    tests_s: float
    start_up_s: float
    overhead_s: float

    @property
    def work_s(self) -> float:
        """Loading and models: what grows with the data and is no estimator."""
        return self.load_s + self.models_s


def main(arguments: list[str]) -> None:
    """Build once."""
    what, folder, lake, memory_mb = arguments
    place = Path(lake)
    built = build(
        Path(folder), Lake(place, read_manifest(place)), full=what == "full", memory_mb=int(memory_mb)
    )
    done = built.transformed
    parts = Parts(
        built.full,
        built.load_s,
        done.models_s,
        done.estimators_s,
        done.tests_s,
        done.start_up_s,
        done.overhead_s,
    )
    sys.stdout.write(json.dumps(msgspec.to_builtins(parts)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
