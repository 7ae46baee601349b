"""The outbox goes out in order, is emptied only after the acknowledgement, and survives a crash."""

from typing import Any

import pytest

from contracts.topics import RECEIPTS
from ingest import outbox
from ingest.errors import PublishFailed
from ingest.publish import Message

MESSAGES = [Message(RECEIPTS, b"key", b"%d" % number) for number in range(7)]


def test_messages_go_out_once_and_in_order(clinic: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "PORTION", 3)
    clinic.store.outbox.add(MESSAGES)
    clinic.store.outbox.deliver(clinic.kafka)
    clinic.store.outbox.deliver(clinic.kafka)
    assert clinic.kafka.messages == MESSAGES
    assert clinic.store.outbox.waiting() == 0


def test_what_was_not_acknowledged_stays_over_a_restart(clinic: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "PORTION", 3)
    clinic.store.outbox.add(MESSAGES)
    clinic.kafka.fail_at = 1
    with pytest.raises(PublishFailed):
        clinic.store.outbox.deliver(clinic.kafka)
    clinic.reopen()
    assert clinic.store.outbox.waiting() == 4
    clinic.store.outbox.deliver(clinic.kafka)
    assert clinic.kafka.messages == MESSAGES
