"""What each figure is held against, the ratio below which it must not fall, and what is aimed for.

The one place for these numbers. A ratio is our rate over the other one's, measured in the same run.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Floor:
    """``floor`` and ``aim`` are ratios."""

    against: str
    floor: float
    aim: float | None = None


FLOORS: Final[dict[str, Floor]] = {
    "accept": Floor("json.loads", 0.08),
    "page question": Floor("SELECT 1", 0.005),
    "commit": Floor("plain rows in SQLite", 0.2),
    "fold, event in order": Floor("full refold of a 60-session episode", 25, 60),
    "fold, event 30 days late": Floor("full refold of the same episode", 1.5, 3),
    "worker without store": Floor("bare aiokafka loop, same fold", 0.8, 0.95),
    "worker against Quix Streams": Floor("its exactly-once, same fold and state", 2.5, 3.5),
    "worker against stock Faust": Floor("an agent with a Table, same fold and state", 8, 15),
    "stores read back": Floor("Faust's changelog recovery of the same states", 40, 60),
    "fresh host": Floor("Faust's changelog recovery of the same states", 8, 12),
    "landing": Floor("a bare consumer that writes Parquet", 0.6, 0.8),
    "replay of the lake": Floor("stock Faust, an agent with a Table, same fold", 8, 12),
    "marts from nothing": Floor("a plain query over the same Parquet", 1 / 6, 1 / 3),
    "marts after 10,000 events": Floor("the same from nothing", 8, 20),
}

AIMS: Final[dict[str, str]] = {
    "cost of durability": "",
    "latency at 50/s, p50": "at most 40",
    "latency at 50/s, p99": "at most 150",
    "latency at 300/s, p50": "at most 40",
    "latency at 300/s, p99": "at most 150",
    "core at 300/s": "at most 35",
    "memory, 20,000 patients": "at most 300",
    "start": "at most 4",
    "stop": "at most 3",
    "stop, frozen broker": "at most 20",
}
"""What is aimed for where there is no floor, in the figure's own unit."""
