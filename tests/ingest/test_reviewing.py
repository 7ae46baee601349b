"""Rejected records and keys are shown at the clinic, and who asked is written down."""

from typing import Any

import pytest

from ingest.errors import DoorError
from ingest.reviewing import kept_bytes, kept_records, key_of


def test_a_rejected_record_is_listed_and_shown_and_both_are_audited(clinic: Any) -> None:
    clinic.send(b"{broken")
    (kept,) = kept_records(clinic.folder, "therapist_form", "T01", clinic.now)
    assert (kept.rejected_on, kept.reasons) == (clinic.now.date(), ("not_json at $",))
    assert kept_bytes(clinic.folder, "therapist_form", kept.ref, "T02", clinic.now) == b"{broken"
    assert [(who, found) for _, who, found in clinic.store.lookup.asked()] == [("T01", True), ("T02", True)]


def test_a_record_of_another_source_is_not_shown_and_the_question_is_audited(clinic: Any) -> None:
    clinic.send(b"{broken")
    (ref,) = clinic.store.quarantine.refs("therapist_form")
    with pytest.raises(DoorError, match="No rejected record of home_app is kept"):
        kept_bytes(clinic.folder, "home_app", ref, "T01", clinic.now)
    assert [found for _, _, found in clinic.store.lookup.asked()] == [False]


def test_a_key_is_looked_up_and_a_miss_is_a_sentence(clinic: Any, make_form: Any) -> None:
    clinic.send(make_form("P1", "M1"))
    assert key_of(clinic.folder, "P1", "T01", clinic.now) == clinic.key("P1")
    with pytest.raises(DoorError, match="No patient is known by this reference"):
        key_of(clinic.folder, "P9", "T01", clinic.now)
    assert [found for _, _, found in clinic.store.lookup.asked()] == [True, True, False]
