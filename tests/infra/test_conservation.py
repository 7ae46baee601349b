"""The account of the receipts, pure, and once from a real topic."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kafka import KafkaProducer

from contracts.settings import Settings
from contracts.topics import RECEIPTS
from infra.conservation import Account, accounts, read_receipts

VERDICTS = ("accepted", "duplicate", "rejected")


def receipt(record: str, verdict: str, source: str = "app") -> dict[str, Any]:
    return {"source": source, "record_id": record, "verdict": verdict}


def test_every_record_has_one_verdict_and_the_latest_counts() -> None:
    replayed = [receipt("r1", "rejected"), receipt("r2", "accepted"), receipt("r1", "accepted")]
    assert accounts(replayed) == (Account("app", 2, 2, 0, 0, recovered=1),)


def test_a_record_that_is_rejected_again_is_not_recovered() -> None:
    (found,) = accounts([receipt("r1", "rejected"), receipt("r1", "accepted"), receipt("r1", "rejected")])
    assert (found.rejected, found.accepted, found.recovered) == (1, 0, 0)


def test_sources_are_counted_apart() -> None:
    said = [receipt("r", "accepted", "b"), receipt("r", "duplicate", "a")]
    assert [(each.source, each.accepted, each.duplicate) for each in accounts(said)] == [
        ("a", 0, 1),
        ("b", 1, 0),
    ]


def test_a_record_that_was_sent_and_has_no_receipt_breaks_the_account() -> None:
    (fine,) = accounts([receipt("r1", "accepted")], {"app": 1})
    (lost,) = accounts([receipt("r1", "accepted")], {"app": 2})
    assert fine.holds
    assert not lost.holds


def test_a_source_of_which_nothing_arrived_is_shown() -> None:
    (silent,) = accounts([], {"app": 3})
    assert (silent.received, silent.sent, silent.holds) == (0, 3, False)


def test_a_verdict_that_nobody_knows_breaks_the_account() -> None:
    (odd,) = accounts([receipt("r1", "perhaps")])
    assert not odd.holds


@given(
    st.lists(st.builds(receipt, st.text("ab", max_size=3), st.sampled_from(VERDICTS), st.sampled_from("xy")))
)
@settings(max_examples=50)
def test_received_is_the_sum_and_saying_it_again_changes_nothing(said: list[dict[str, Any]]) -> None:
    found = accounts(said)
    assert all(each.received == each.accepted + each.duplicate + each.rejected for each in found)
    assert sum(each.received for each in found) == len({(each["source"], each["record_id"]) for each in said})
    assert accounts([*said, *said]) == found


@pytest.mark.broker
def test_every_receipt_on_the_topic_is_read(
    kafka_settings: Callable[..., Settings], clean_topics: Callable[..., None], broker: str
) -> None:
    clean_topics()
    assert list(read_receipts(kafka_settings())) == []
    producer = KafkaProducer(bootstrap_servers=broker)
    for number in range(50):
        verdict = "rejected" if number < 10 else "accepted"
        said = receipt(f"r{number % 40}", verdict)
        producer.send(RECEIPTS, json.dumps(said).encode(), key=said["record_id"].encode())
    producer.close()
    (found,) = accounts(read_receipts(kafka_settings()))
    assert (found.received, found.accepted, found.rejected) == (40, 40, 0)
