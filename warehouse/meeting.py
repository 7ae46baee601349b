"""Whether lake and log belong together: their ends meet, and where both tell, they tell the same."""

from typing import Final

import pyarrow.compute as pc

from contracts import topics
from streams.batch import FromTheFuture, decode
from warehouse.lake import Lake, rows_of
from warehouse.land import Bounds, Log
from warehouse.records import EVENTS
from warehouse.refused import LakeRefused

COMPARED: Final = 200
"""Landed offsets of a partition, the last ones, that are held against the log."""


def refuse_what_does_not_meet(lake: Lake, log: Log, partition: int, there: Bounds) -> None:
    """Raise ``LakeRefused`` where what is landed of a partition is not the beginning of its log."""
    place = f"partition {partition} of {topics.EVENTS}"
    segments = lake.manifest.of(EVENTS.name, partition)
    start, end = (segments[0].start, segments[-1].end) if segments else (0, 0)
    if start > 0:
        raise LakeRefused(
            f"The lake holds {place} only from offset {start}: what was said before is missing. Restore a "
            "whole lake from its backup, then run: myomap stream rebuild"
        )
    if there.begin > end:
        raise LakeRefused(
            f"The lake ends at offset {end} of {place}, and the log begins at {there.begin}: the "
            f"{there.begin - end} offsets between them were deleted before they were landed. Restore a newer "
            "backup of the lake, then run: myomap stream rebuild"
        )
    if end > there.end:
        raise LakeRefused(
            f"The lake ends at offset {end} of {place}, but the log ends at {there.end}, {end - there.end} "
            "offsets before: the topic was cut or made again. Use the Kafka that this home belongs to "
            "(MYOMAP_BROKER and MYOMAP_HOME), or begin with a home of its own for this one."
        )
    odd = _first_difference(lake, log, partition, max(there.begin, end - COMPARED), end)
    if odd is not None:
        raise LakeRefused(
            f"The lake and the log tell different events at offset {odd} of {place}: the topic was made "
            "again. Use the Kafka that this home belongs to (MYOMAP_BROKER and MYOMAP_HOME), or begin with "
            "a home of its own for this one."
        )


def _first_difference(lake: Lake, log: Log, partition: int, start: int, end: int) -> int | None:
    if start >= end:
        return None
    landed = _landed_ids(lake, partition, start)
    erased = set(lake.manifest.erased)
    for chunk in log.read(topics.EVENTS, {partition: (start, end)}):
        for record in chunk.records:
            told = _id_of(record)
            if told is None or (told[0] in erased and record.offset not in landed):
                continue
            if landed.get(record.offset) != told[1]:
                return int(record.offset)
    return None


def _landed_ids(lake: Lake, partition: int, start: int) -> dict[int, str]:
    found = {}
    for segment in lake.manifest.of(EVENTS.name, partition):
        if segment.end > start:
            rows = rows_of(lake, segment, pc.field("kafka_offset") >= start)
            for each in rows.select(["kafka_offset", "event_id"]).to_pylist():
                found[each["kafka_offset"]] = each["event_id"]
    return found


def _id_of(record: object) -> tuple[str, str] | None:
    """Patient and event of a record; None where it is no event for today's code."""
    try:
        decoded = decode([record], "the log")  # type: ignore[list-item]
    except FromTheFuture:
        return None
    return (decoded.events[0][1].patient_key, decoded.events[0][1].event_id) if decoded.events else None
