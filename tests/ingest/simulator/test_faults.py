"""What goes wrong goes wrong on purpose, is marked, and leaves the good records alone."""

import json
from collections import Counter
from datetime import date, datetime

from ingest.simulator.clinic import Run
from ingest.simulator.faults import KINDS


def test_every_kind_of_fault_happens(small_run: Run) -> None:
    kinds = Counter(record.fault for record in small_run.records)
    assert set(KINDS) <= set(kinds)
    assert kinds["repeated"] > 5
    assert kinds["conflict"] == 4


def test_a_repeated_record_is_an_exact_copy_that_arrives_later(small_run: Run) -> None:
    good = {json.dumps(record.fields): record for record in small_run.records if record.fault is None}
    for record in small_run.records:
        if record.fault == "repeated":
            assert json.dumps(record.fields) in good


def test_a_late_record_keeps_its_own_time(small_run: Run) -> None:
    delays = [
        (record.arrived_at.date() - when(record.fields)).days
        for record in small_run.records
        if record.fault is None
    ]
    assert min(delays) >= -1
    assert sum(delay > 1 for delay in delays) > 5


def when(fields: dict[str, str]) -> date:
    text = fields.get("occurred_at") or fields.get("started_at") or fields["measured_at"]
    return datetime.fromisoformat(text).date()


def test_a_conflict_has_the_id_of_a_good_form_and_another_value(small_run: Run) -> None:
    values = {
        record.fields["form_id"]: record.fields.get("value")
        for record in small_run.records
        if record.source == "therapist_form" and record.fault is None
    }
    for record in small_run.records:
        if record.fault == "conflict":
            assert values[record.fields["form_id"]] != record.fields["value"]
