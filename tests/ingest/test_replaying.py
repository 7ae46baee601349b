"""A rejected record is taken in after its contract was put right, and counts as itself."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts.contract import Contract
from contracts.registry import load
from ingest.door import Door
from ingest.files import ingest_file
from ingest.replaying import replay

HEADER = "patient_ref;measured_at;device_id;test_id;muscle_group;side;peak_force;force_unit;occasion"
ROW = "P1;2026-03-02T10:00:00+01:00;{device};{test};quadriceps;left;200;N;baseline"


class Wider:
    """The registry with longer names of devices allowed: a contract that was put right."""

    def contract(self, source: str) -> Contract:
        contract = load().contract(source)
        fields = tuple(
            replace(each, max_length=999) if each.name == "device_id" else each for each in contract.fields
        )
        return replace(contract, version=2, fields=fields)


@pytest.fixture
def rejected(clinic: Any, tmp_path: Path) -> Any:
    path = tmp_path / "file.csv"
    rows = [ROW.format(device="D1", test="T1"), ROW.format(device="D" * 500, test="T2")]
    path.write_text("\n".join([HEADER, *rows]))
    report = ingest_file(path, "dynamometer", clinic.door)
    assert report.rejected == 1 and report.accepted == 1
    return clinic


def test_a_record_moves_from_rejected_to_accepted_under_its_own_id(rejected: Any) -> None:
    before = rejected.kafka.receipts()
    door = Door(rejected.store, rejected.kafka, Wider(), lambda: rejected.now)
    report = replay(door, "dynamometer")
    assert (report.replayed, report.recovered, report.rejected) == (1, 1, 0)
    after = rejected.kafka.receipts()
    assert after.keys() == before.keys()
    assert [each["verdict"] for each in after.values()] == ["accepted", "accepted"]
    assert {each["door"] for each in after.values()} == {"file", "replay"}
    assert rejected.store.quarantine.refs("dynamometer") == []
    assert len(rejected.kafka.events()) == 2


def test_what_is_still_wrong_stays_in_quarantine_with_its_day_of_expiry(rejected: Any) -> None:
    days = "SELECT ref, expires_on FROM quarantined"
    before = rejected.store.connection.execute(days).fetchall()
    report = replay(rejected.door, "dynamometer")
    assert (report.recovered, report.reasons) == (0, {"too_long": 1})
    assert rejected.store.connection.execute(days).fetchall() == before


def test_single_records_are_chosen_by_reference_and_only_of_their_source(rejected: Any) -> None:
    (ref,) = rejected.store.quarantine.refs("dynamometer")
    assert replay(rejected.door, "dynamometer", [ref, "q-unknown"]).replayed == 1
    assert replay(rejected.door, "home_app", [ref]).replayed == 0
    assert replay(rejected.door, "home_app").replayed == 0
