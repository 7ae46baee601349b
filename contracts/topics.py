"""The topics right and left of the door, with their keys, partitions and retention.

One place says what each topic keeps; ``infra`` makes them, the rooms take their names from here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

EVENTS: Final = "myomap.events"
RECEIPTS: Final = "myomap.receipts"
REJECTED: Final = "myomap.rejected"
PROGRESSION: Final = "myomap.progression"
TRANSITIONS: Final = "myomap.transitions"
QUARANTINED: Final = "myomap.quarantined"

LARGEST_MESSAGE: Final = 8 * 1024 * 1024
"""Bytes that a message of ``progression`` may have; the state of a patient with a long history is large."""

_DAY_MS: Final = 86_400_000


@dataclass(frozen=True)
class Topic:
    """A topic's name, what its key is, its partitions and its Kafka configuration."""

    name: str
    key: str
    partitions: int
    config: tuple[tuple[str, str], ...]


def raw_topic(source: str) -> str:
    """Name of the restricted topic that a Kafka-speaking source writes to."""
    return f"myomap.raw.{source}"


def topics(sources: Iterable[str], partitions: int = 8, retention_days: int = 30) -> tuple[Topic, ...]:
    """All topics of an installation; retention of raw topics is 7 days, of events a setting."""
    kept = _kept_for(retention_days)
    fixed = (
        Topic(EVENTS, "patient_key", partitions, kept),
        Topic(RECEIPTS, "record_id", partitions, _kept_for(30)),
        Topic(REJECTED, "source", partitions, _kept_for(30)),
        Topic(PROGRESSION, "patient_key/episode_id", partitions, _compacted()),
        Topic(TRANSITIONS, "patient_key", partitions, _kept_for(30)),
        Topic(QUARANTINED, "none", partitions, _kept_for(30)),
    )
    raw = tuple(
        Topic(raw_topic(name), "source's choice", partitions, _kept_for(7)) for name in sorted(sources)
    )
    return fixed + raw


def _compacted() -> tuple[tuple[str, str], ...]:
    # Only closed segments are compacted: small ones, so that a fresh host reads each state about once.
    return (
        ("cleanup.policy", "compact"),
        ("max.message.bytes", str(LARGEST_MESSAGE)),
        ("segment.bytes", str(64 * 1024 * 1024)),
        ("segment.ms", str(_DAY_MS)),
        # An erased patient's states leave Kafka within this time.
        ("max.compaction.lag.ms", str(7 * _DAY_MS)),
    )


def _kept_for(days: int) -> tuple[tuple[str, str], ...]:
    return (("cleanup.policy", "delete"), ("retention.ms", str(days * _DAY_MS)))
