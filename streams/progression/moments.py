"""Arithmetic on instants that never fails, and the bounds of a clinic's local day."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)


def shifted(at: datetime, by: timedelta) -> datetime:
    """``at + by``, held within what the calendar knows."""
    try:
        return at + by
    except OverflowError:
        return LATEST if by > timedelta(0) else EARLIEST


def as_utc(at: datetime) -> datetime:
    """The instant in UTC; at the calendar's ends the last instant that UTC can say."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return LATEST if at.year > 1 else EARLIEST


def local(at: datetime, zone: str) -> datetime:
    """The instant on the clocks of a zone; an unknown zone counts as UTC."""
    try:
        return at.astimezone(_zone(zone))
    except OverflowError:
        return at


def zoned(at: datetime, zone: str) -> datetime:
    """The instant; one without an offset is read on the clocks of a zone (unknown: UTC)."""
    return at if at.tzinfo is not None else at.replace(tzinfo=_zone(zone))


def start_of_day(at: datetime, zone: str) -> datetime:
    """The first instant (UTC) of the local day of ``at``; an unknown zone counts as UTC."""
    return _within_day(at, zone, time.min)


def end_of_day(at: datetime, zone: str) -> datetime:
    """The last instant (UTC) of the local day of ``at``; an unknown zone counts as UTC."""
    return _within_day(at, zone, time.max)


def _within_day(at: datetime, zone: str, clock: time) -> datetime:
    try:
        local = at.astimezone(_zone(zone))
        return datetime.combine(local.date(), clock, tzinfo=local.tzinfo).astimezone(UTC)
    except OverflowError:
        return at


def weeks_between(first: datetime, last: datetime) -> float:
    """Weeks from ``first`` to ``last``."""
    return (last - first) / timedelta(weeks=1)


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
