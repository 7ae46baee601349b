"""Receipts and rejections say what the topics promise, and never the record's bytes."""

import hashlib
import json
from datetime import UTC, datetime

from contracts.contract import Reason
from contracts.topics import RECEIPTS, REJECTED
from ingest.records import Received, Sender, Verdict, receipt, record_id_of, rejection

SENDER = Sender("file", "home_app", 3)
RECORD = Received(b"Findable-7", "home_app/abc/1")
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_a_record_id_depends_on_door_and_origin() -> None:
    ids = {record_id_of(door, origin) for door in ("file", "http") for origin in ("1", "2")}
    assert len(ids) == 4
    assert record_id_of("file", "1") in ids


def test_a_receipt_tells_where_a_record_came_from_and_what_became_of_it() -> None:
    verdict = Verdict("id", "accepted", ("e1", "e2"), dropped=2)
    message = receipt(SENDER, RECORD, verdict, NOW)
    assert (message.topic, message.key) == (RECEIPTS, b"id")
    assert json.loads(message.value) == {
        "record_id": "id",
        "door": "file",
        "origin": "home_app/abc/1",
        "source": "home_app",
        "contract_version": 3,
        "verdict": "accepted",
        "event_ids": ["e1", "e2"],
        "reasons": [],
        "dropped": 2,
        "received_at": "2026-06-01T00:00:00+00:00",
    }


def test_a_rejection_names_reasons_hash_and_quarantine_but_no_bytes() -> None:
    verdict = Verdict("id", "rejected", (), (Reason("missing", "$.pain"),))
    message = rejection(SENDER, RECORD, verdict, "q-id", NOW)
    assert (message.topic, message.key) == (REJECTED, b"home_app")
    assert b"Findable" not in message.value
    assert json.loads(message.value) == {
        "record_id": "id",
        "source": "home_app",
        "contract_version": 3,
        "reasons": [{"code": "missing", "path": "$.pain"}],
        "sha256": hashlib.sha256(b"Findable-7").hexdigest(),
        "size_bytes": 10,
        "quarantine_ref": "q-id",
        "received_at": "2026-06-01T00:00:00+00:00",
    }
