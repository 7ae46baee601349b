"""Where a partition's reading begins, and how a store, what is published and the log are made to meet.

Nothing is guessed: where the three meet exactly, it is said how; else a sentence says what to do.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from streams.rows import Marker


class StoreRefused(Exception):
    """A store and its log do not belong together; the message says what, where and what to do."""


@dataclass(frozen=True)
class LogBounds:
    """The first offset that a partition's log still holds, and the offset that its next record gets."""

    start: int
    end: int

    def holds(self, offset: int) -> bool:
        """Whether reading can go on at this offset."""
        return self.start <= offset <= self.end


@dataclass(frozen=True)
class Found:
    """What a store says of itself.

    ``published_offset``: everything below is known to be published. ``is_remade``: it was made anew from
    the lake, so it stands above what is published. ``owners``: openings that may have published last.
    """

    topic_id: str
    rules_version: str
    epoch: int
    next_offset: int
    published_offset: int
    is_remade: bool
    owners: frozenset[str]


@dataclass(frozen=True)
class Place:
    """A partition of a topic, and Kafka's own id of the topic, which changes when it is made again."""

    topic: str
    partition: int
    topic_id: str

    def __str__(self) -> str:
        return f"partition {self.partition} of {self.topic}"


class Step(Enum):
    """What is done with a partition's store before reading goes on."""

    KEEP = "go on with the store"
    BEGIN = "begin with an empty store at the start of the log"
    RESTORE = "make the store again from what is published"
    PUBLISH_AGAIN = "go on with the store and publish all of it"


@dataclass(frozen=True)
class Plan:
    """A step, and why, in words that follow the partition's name; empty where nothing is worth saying."""

    step: Step
    because: str = ""


REBUILD: Final = "myomap stream rebuild"
ANEW: Final = f"make the stores anew from the lake with '{REBUILD}', then start the worker again."


def plan(place: Place, found: Found | None, marker: Marker | None, log: LogBounds) -> Plan:
    """How store (None: there is none), marker of what is published and log meet; raises ``StoreRefused``."""
    if found is not None and found.topic_id != place.topic_id:
        if marker is not None and marker.topic_id == place.topic_id:
            return _restored(place, marker, log, "its store is of a topic that is no more")
        raise _made_again(place, "store", found.topic_id)
    if found is not None and found.is_remade and _is_latest(found, marker, place):
        _check_bounds(place, found.next_offset, log)
        return Plan(Step.PUBLISH_AGAIN, "was made anew from the lake; all of it is published")
    if marker is not None and marker.topic_id != place.topic_id:
        raise _made_again(place, "published state", marker.topic_id)
    if found is None:
        return _without_store(place, marker, log)
    if marker is None:
        return _without_marker(place, found, log)
    return _of_both(place, found, marker, log)


def start_offset(topic: str, partition: int, stored: int, log: LogBounds) -> int:
    """The offset to read next; raises ``StoreRefused`` where events would be skipped or counted twice."""
    _check_bounds(Place(topic, partition, ""), stored, log)
    return stored


def _is_latest(remade: Found, marker: Marker | None, place: Place) -> bool:
    """Whether nobody has published since a store was made anew: its owners are those who did before."""
    return marker is None or marker.topic_id != place.topic_id or marker.owner in remade.owners


def _without_store(place: Place, marker: Marker | None, log: LogBounds) -> Plan:
    if marker is not None:
        return _restored(place, marker, log, "there is no store of it here")
    if log.start == 0:
        return Plan(Step.BEGIN)
    raise StoreRefused(
        f"There is no state for {place}, neither in this home nor in Kafka, and the log no longer begins at "
        f"0 (it begins at {log.start}): earlier events would be missing. Set MYOMAP_HOME to the home that "
        f"holds the stores, or {ANEW}"
    )


def _without_marker(place: Place, found: Found, log: LogBounds) -> Plan:
    if not log.holds(found.next_offset) and log.start == 0:
        return Plan(
            Step.BEGIN,
            f"had a store up to offset {found.next_offset}, but the log ends at {log.end} and nothing is "
            "published; all of it is read again",
        )
    _check_bounds(place, found.next_offset, log)
    if found.published_offset == 0:
        return Plan(Step.KEEP)
    return Plan(Step.PUBLISH_AGAIN, "is no longer in the published topic; all of it is published again")


def _of_both(place: Place, found: Found, marker: Marker, log: LogBounds) -> Plan:
    if found.next_offset < marker.next_offset:
        return _restored(place, marker, log, f"its store is an older one (offset {found.next_offset})")
    if marker.owner not in found.owners:
        return _restored(place, marker, log, "another worker went on with it")
    if found.next_offset > log.end and log.holds(marker.next_offset):
        return _restored(place, marker, log, f"the log was cut below its store (offset {found.next_offset})")
    _check_bounds(place, found.next_offset, log)
    if marker.next_offset < found.published_offset:
        return Plan(
            Step.PUBLISH_AGAIN, "was published further than Kafka now holds; all of it is published again"
        )
    return Plan(Step.KEEP)


def _restored(place: Place, marker: Marker, log: LogBounds, because: str) -> Plan:
    _check_bounds(place, marker.next_offset, log)
    return Plan(
        Step.RESTORE,
        f"is restored from Kafka up to offset {marker.next_offset} and read on from there: {because}",
    )


def _made_again(place: Place, what: str, topic_id: str) -> StoreRefused:
    return StoreRefused(
        f"The {what} of {place} belongs to a topic with the id {topic_id}, but this Kafka has it with the id "
        f"{place.topic_id}: the topic was made again, or this is another Kafka. Set MYOMAP_BROKER and "
        f"MYOMAP_HOME to a pair that belongs together; if the topic was made again on purpose, {ANEW}"
    )


def _check_bounds(place: Place, stored: int, log: LogBounds) -> None:
    if stored > log.end:
        raise StoreRefused(
            f"The state of {place} has read up to offset {stored}, but the log ends at {log.end}: the "
            "topic was cut or made again. Use the Kafka that this home belongs to (MYOMAP_BROKER and "
            f"MYOMAP_HOME); if it is the right one, {ANEW}"
        )
    if stored < log.start:
        raise StoreRefused(
            f"The state of {place} has read up to offset {stored}, but the log begins at {log.start}: "
            f"{log.start - stored} offsets were deleted before they were read. Set MYOMAP_RETENTION_DAYS to "
            f"more than a worker can be away, and {ANEW}"
        )
