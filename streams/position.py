"""Where a partition's reading begins: the stored offset, or a refusal that says what to do."""

from dataclasses import dataclass


class StoreRefused(Exception):
    """A store and its log do not belong together; the message says what, where and what to do."""


@dataclass(frozen=True)
class LogBounds:
    """The first offset that a partition's log still holds, and the offset that its next record gets."""

    start: int
    end: int


def start_offset(topic: str, partition: int, stored: int, log: LogBounds) -> int:
    """The offset to read next; raises ``StoreRefused`` where events would be skipped or counted twice."""
    place = f"partition {partition} of {topic}"
    if stored > log.end:
        raise StoreRefused(
            f"The state store of {place} has read up to offset {stored}, but the log ends at {log.end}: the "
            "topic was cut or made again. Use the Kafka that this home belongs to (MYOMAP_BROKER and "
            "MYOMAP_HOME); if the topic was made again on purpose, move the folder of the stores aside."
        )
    if stored == 0 and log.start > 0:
        raise StoreRefused(
            f"There is no state for {place} in this home, and the log no longer begins at 0 (it begins at "
            f"{log.start}): earlier events would be missing. Put back the folder of the stores from its "
            "backup, or set MYOMAP_HOME to the home that holds them."
        )
    if stored < log.start:
        raise StoreRefused(
            f"The state store of {place} has read up to offset {stored}, but the log begins at {log.start}: "
            f"{log.start - stored} offsets were deleted before they were read. Put back a newer backup of "
            "the stores, and set MYOMAP_RETENTION_DAYS to more than a worker can be away."
        )
    return stored
