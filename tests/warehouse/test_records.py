"""What Kafka carries becomes typed rows; what cannot be read is kept raw under its reason."""

from base64 import b64encode
from typing import Any

import msgspec
import pytest

from contracts import events as said
from warehouse.records import EVENTS, KINDS, PROGRESSION, RECEIPTS, REJECTED, TRANSITIONS
from warehouse.refused import LakeRefused

WHEN = "2026-01-05T09:00:00Z"


class Row:
    def __init__(self, offset: int, key: bytes | None, value: Any) -> None:
        self.offset, self.key = offset, key
        self.value = value if value is None or isinstance(value, bytes) else msgspec.json.encode(value)


def rows_of(kind: Any, *values: Any, key: bytes = b"k/e") -> list[dict[str, Any]]:
    records = [Row(offset, key, value) for offset, value in enumerate(values)]
    found = kind.table(3, records).sort_by("kafka_offset").to_pylist()
    return [{name: value for name, value in row.items() if value is not None} for row in found]


def test_a_receipt_has_its_verdict_ids_and_reasons() -> None:
    receipt = {"record_id": "r", "door": "http", "origin": "o", "source": "s", "contract_version": 2}
    told = {"verdict": "accepted", "event_ids": ["a", "b"], "reasons": [], "received_at": WHEN}
    (row,) = rows_of(RECEIPTS, receipt | told)
    assert row["event_ids"] == ["a", "b"]
    assert row["received_at"].isoformat() == "2026-01-05T09:00:00+00:00"
    assert (row["kafka_partition"], row["kafka_offset"]) == (3, 0)


def test_a_rejection_keeps_codes_and_paths_and_where_its_bytes_are() -> None:
    value = {"record_id": "r", "source": "s", "contract_version": None, "sha256": "ab", "size_bytes": 2**33}
    told = {"reasons": [{"code": "c", "path": "$.x"}], "quarantine_ref": "q", "received_at": WHEN}
    (row,) = rows_of(REJECTED, value | told)
    assert row["reasons"] == [{"code": "c", "path": "$.x"}]
    assert row["size_bytes"] == 2**33


def test_a_transition_keeps_what_is_missing_as_json_text() -> None:
    value = {"fact_id": "f", "patient_key": "k", "kind": "stage_entered", "change": "published"}
    where = {"message_id": "m", "partition": 3, "next_offset": 9, "missing": [{"code": "c", "text": "t"}]}
    (row,) = rows_of(TRANSITIONS, value | where)
    assert row["missing"] == '[{"code":"c","text":"t"}]'
    assert row["next_offset"] == 9


def test_a_state_keeps_its_view_byte_for_byte_and_its_detail_as_bytes() -> None:
    view = b'{"b": 1.0,  "a":[ ]}'
    value = (
        b'{"covers":{"partition":3,"next_offset":7},"rules_version":"x","patient_key":"k","episode_id":"e",'
    )
    value += b'"view":' + view + b',"detail":"' + b64encode(b"\x00\xff") + b'"}'
    (row,) = rows_of(PROGRESSION, value)
    assert row["view"].encode() == view
    assert row["detail"] == b"\x00\xff"
    assert (row["partition"], row["next_offset"]) == (3, 7)


def test_the_tombstone_of_a_state_is_a_row_without_a_view() -> None:
    (row,) = rows_of(PROGRESSION, None, key=b"k/e")
    assert row == {"patient_key": "k", "episode_id": "e", "kafka_partition": 3, "kafka_offset": 0}


@pytest.mark.parametrize("key", [b"covers", b"k"])
@pytest.mark.parametrize("value", [None, b'{"covers":{"partition":3,"next_offset":7}}', b"{"])
def test_what_is_published_for_restoring_stores_alone_is_not_landed(key: bytes, value: bytes | None) -> None:
    assert rows_of(PROGRESSION, value, key=key) == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_cannot_be_read_is_kept_with_its_reason_and_its_neighbours_proceed(kind: Any) -> None:
    rows = rows_of(kind, b"{", b"[1]")
    assert [row["problem"] for row in rows] == ["not_decodable", "not_decodable"]
    assert [row["raw"] for row in rows] == [b"{", b"[1]"]


def test_an_event_under_anothers_key_is_set_aside_as_the_stream_does() -> None:
    event = said.PatientErased(
        event_id="1",
        patient_key="a",
        occurred_at="2026-01-05T09:00:00Z",  # type: ignore[arg-type]
        received_at="2026-01-05T09:00:00Z",  # type: ignore[arg-type]
        source="s",
        contract_version=1,
    )
    assert [row.get("problem") for row in rows_of(EVENTS, said.encode(event), key=b"a")] == [None]
    assert [row.get("problem") for row in rows_of(EVENTS, said.encode(event), key=b"b")] == ["wrong_key"]


def test_an_event_of_a_newer_schema_stops_the_landing() -> None:
    with pytest.raises(LakeRefused, match="newer version"):
        rows_of(EVENTS, b'{"type":"SomethingNew","schema_version":2}')


def test_people_are_in_events_transitions_and_states_only() -> None:
    assert [kind.name for kind in KINDS.values() if kind.of_patients] == [
        "events",
        "transitions",
        "progression",
    ]
