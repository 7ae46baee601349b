"""A request's body becomes records, each with an origin that names nobody."""

import json

import pytest

from ingest.bodies import CLOUDEVENT, CLOUDEVENTS, Body, RecordTooLarge, records_of
from ingest.lines import MAX_RECORD
from ingest.secret import Secret

MASKED = Secret(b"1" * 32).masked


def event(**fields: object) -> dict[str, object]:
    content = {
        "specversion": "1.0",
        "id": "Findable-7",
        "source": "app",
        "type": "session",
        "data": {"pain": 3},
    }
    return content | fields


def test_one_record_or_a_list_of_them() -> None:
    assert [each.raw for each in records_of(Body(b' {"a": 1} '), MASKED)] == [b'{"a": 1}']
    assert [each.raw for each in records_of(Body(b'[{"a": 1}, {"a": 2}]'), MASKED)] == [
        b'{"a": 1}',
        b'{"a": 2}',
    ]
    assert records_of(Body(b"[]"), MASKED) == ()


def test_cloud_events_bring_their_data_and_their_id() -> None:
    one = records_of(Body(json.dumps(event()).encode(), CLOUDEVENT), MASKED)
    again = records_of(Body(json.dumps([event(), event(id="2")]).encode(), CLOUDEVENTS), MASKED)
    assert json.loads(one[0].raw) == {"pain": 3}
    assert one[0].origin == again[0].origin != again[1].origin
    assert "Findable" not in one[0].origin


@pytest.mark.parametrize("raw", [b"{}", b"[3]", json.dumps(event(specversion="0.3")).encode()])
def test_what_is_no_cloud_event_is_told_with_its_bytes(raw: bytes) -> None:
    (record,) = records_of(Body(raw, CLOUDEVENT), MASKED)
    assert record.fault is not None and record.fault.code == "not_a_cloudevent"
    assert record.raw == raw.strip(b"[]")


def test_a_request_that_is_named_can_be_repeated_and_an_unnamed_one_is_its_own() -> None:
    named = [records_of(Body(b"[1, 1]", idempotency_key="key"), MASKED) for _ in range(2)]
    assert named[0] == named[1]
    assert named[0][0].origin != named[0][1].origin
    unnamed = {each.origin for _ in range(2) for each in records_of(Body(b"[1, 1]"), MASKED)}
    assert len(unnamed) == 4


def test_another_content_under_the_same_name_is_another_record() -> None:
    origins = {records_of(Body(raw, idempotency_key="key"), MASKED)[0].origin for raw in (b"1", b"2")}
    assert len(origins) == 2


def test_a_record_that_is_too_large_is_named_by_its_place() -> None:
    large = b'"' + b"x" * MAX_RECORD + b'"'
    with pytest.raises(RecordTooLarge, match="1"):
        records_of(Body(large), MASKED)
    with pytest.raises(RecordTooLarge, match="2"):
        records_of(Body(b"[1, " + large + b"]"), MASKED)
