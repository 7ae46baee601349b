"""What the lake keeps of records that are no events, and where else their events are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts import events as said
from contracts import topics
from warehouse.lake import Lake
from warehouse.refused import LakeRefused
from warehouse.set_aside import Unread, event_at, places_of, unread


@pytest.fixture
def lake(clinic_log: Any, landed: Callable[..., Lake]) -> Lake:
    clinic_log.add(topics.EVENTS, 1, "nobody", b"\xff")
    clinic_log.add(topics.EVENTS, 1, "nobody", None)
    clinic_log.add(topics.EVENTS, 1, "another", clinic_log.rows[topics.EVENTS][1][0].value)
    return landed(clinic_log, segment_offsets={"events": 30})


def test_unread_records_keep_their_bytes_under_their_reason(lake: Lake, clinic_log: Any) -> None:
    end = len(clinic_log.rows[topics.EVENTS][1])
    value = clinic_log.rows[topics.EVENTS][1][0].value
    expected = [
        Unread(1, end - 3, "not_decodable", b"\xff"),
        Unread(1, end - 2, "empty", None),
        Unread(1, end - 1, "wrong_key", value),
    ]
    assert list(unread(lake)) == list(unread(lake, 1)) == expected
    assert list(unread(lake, 0)) == []


def test_an_event_is_found_where_it_was_in_the_log(lake: Lake, clinic_log: Any) -> None:
    row = clinic_log.rows[topics.EVENTS][1][33]
    event = event_at(lake, 1, 33)
    assert event is not None
    assert said.encode(event) == row.value
    end = len(clinic_log.rows[topics.EVENTS][1])
    assert [event_at(lake, 1, offset) for offset in (end - 1, end, end + 99)] == [None, None, None]


def test_an_event_that_was_said_twice_has_two_places(
    clinic_log: Any, make_course: Any, landed: Callable[..., Lake]
) -> None:
    event = make_course(1).events[3]
    first = next(row.offset for row in clinic_log.rows[topics.EVENTS][1] if row.value == said.encode(event))
    clinic_log.say(event)
    lake = landed(clinic_log)
    again = len(clinic_log.rows[topics.EVENTS][1]) - 1
    assert places_of(lake, {event.event_id, "f" * 32}) == {event.event_id: {(1, first), (1, again)}}
    assert places_of(lake, set()) == {}


def test_a_file_that_cannot_be_read_is_a_sentence(lake: Lake) -> None:
    for name in lake.files("events"):
        Path(name).write_bytes(b"PAR1")
    with pytest.raises(LakeRefused, match="cannot be read"):
        list(unread(lake))
