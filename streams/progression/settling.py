"""When a session's decision stands: at once, with the next morning, or when the next session begins."""

from collections.abc import Sequence
from datetime import datetime

from streams.progression.evaluate import Verdict
from streams.progression.signals import Reading


def settled_at(readings: Sequence[Reading], position: int, verdict: Verdict) -> datetime | None:
    """The instant from which the decision on the session at ``position`` stands; None: it still waits.

    Stop and regress stand with the reports that they are about; hold and advance wait until the next
    morning was reported or the next session began, so that the result depends on event times alone.
    """
    reading = readings[position]
    start = reading.session.start
    if verdict.action in ("stop", "regress"):
        told = [each.occurred_at for each in reading.session.symptoms if each.phase != "next_morning"]
        if verdict.by_morning and reading.next_morning_at is not None:
            told.append(reading.next_morning_at)
        return max([start, *told])
    if reading.next_morning_at is not None:
        return max(reading.next_morning_at, start)
    return readings[position + 1].session.start if position + 1 < len(readings) else None
