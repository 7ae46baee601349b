from datetime import UTC, datetime, timedelta, timezone

from streams.progression.moments import (
    EARLIEST,
    LATEST,
    as_utc,
    end_of_day,
    local,
    shifted,
    weeks_between,
    zoned,
)

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_a_shift_beyond_the_calendar_stays_at_its_end() -> None:
    assert shifted(NOON, timedelta(days=1)) == datetime(2026, 1, 6, 12, tzinfo=UTC)
    assert shifted(LATEST, timedelta(days=1)) == LATEST
    assert shifted(EARLIEST, timedelta(days=-1)) == EARLIEST


def test_a_day_ends_by_the_clinics_clock() -> None:
    assert end_of_day(NOON, "UTC").isoformat() == "2026-01-05T23:59:59.999999+00:00"
    assert end_of_day(NOON, "Australia/Sydney").isoformat() == "2026-01-05T12:59:59.999999+00:00"
    assert end_of_day(NOON, "America/New_York").isoformat() == "2026-01-06T04:59:59.999999+00:00"


def test_a_zone_that_nobody_knows_counts_as_utc() -> None:
    for name in ("nowhere", "", "../etc"):
        assert end_of_day(NOON, name) == end_of_day(NOON, "UTC")
    assert end_of_day(LATEST, "Australia/Sydney") == LATEST


def test_an_instant_is_shown_on_the_clinics_clocks() -> None:
    assert local(NOON, "Australia/Sydney").isoformat() == "2026-01-05T23:00:00+11:00"
    assert local(NOON, "nowhere") == NOON
    assert local(LATEST, "Australia/Sydney") == LATEST


def test_an_instant_without_an_offset_is_read_on_the_clinics_clocks() -> None:
    naive = datetime(2026, 1, 5, 12)
    assert zoned(naive, "Europe/Oslo") == datetime(2026, 1, 5, 11, tzinfo=UTC)
    assert zoned(naive, "nowhere") == NOON
    assert zoned(NOON, "Europe/Oslo") is NOON


def test_weeks_are_counted_with_their_parts() -> None:
    assert weeks_between(NOON, NOON + timedelta(days=3, hours=12)) == 0.5


def test_an_instant_that_utc_cannot_say_becomes_the_calendars_end() -> None:
    west, east = timezone(timedelta(hours=-5)), timezone(timedelta(hours=5))
    assert as_utc(datetime.max.replace(tzinfo=west)) == LATEST
    assert as_utc(datetime.min.replace(tzinfo=east)) == EARLIEST
    assert as_utc(NOON.astimezone(east)).tzinfo is UTC
