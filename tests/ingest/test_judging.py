"""The verdict on a record with several events, and on what speaks of persons themselves."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.contract import Accepted, Draft, Reason, Rejected
from ingest.judging import Judge, Judged, Read
from ingest.pseudonym import Said
from ingest.records import Received

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def draft(name: str, pain: float = 3) -> Draft:
    return Draft("SymptomReported", (name,), NOW, {"phase": "after", "pain": pain})


@pytest.fixture
def judge(clinic: Any) -> Judge:
    return Judge(clinic.store, Said("home_app", 1, NOW))


def judged(judge: Judge, number: str, *drafts: Draft, subject: str = "P1") -> Judged:
    return judge.judge(Read(Received(b"", number), number, Accepted(subject, drafts)))


def test_one_new_event_is_enough_and_only_that_is_published(judge: Judge) -> None:
    judged(judge, "1", draft("a"))
    found = judged(judge, "2", draft("a"), draft("b"))
    assert found.verdict.verdict == "accepted"
    assert len(found.publish) == 1
    assert len(found.verdict.event_ids) == 2


def test_one_conflict_rejects_all_and_nothing_of_it_becomes_known(judge: Judge) -> None:
    judged(judge, "1", draft("a"))
    found = judged(judge, "2", draft("b"), draft("a", pain=4))
    assert (found.verdict.verdict, found.verdict.reasons) == ("rejected", (Reason("conflict", "$"),))
    assert found.publish == ()
    assert judged(judge, "3", draft("b", pain=9)).verdict.verdict == "accepted"


def test_a_record_may_not_contradict_itself_but_may_repeat_itself(judge: Judge) -> None:
    assert judged(judge, "1", draft("a"), draft("a", pain=4)).verdict.verdict == "rejected"
    twice = judged(judge, "2", draft("b"), draft("b"))
    assert (twice.verdict.verdict, len(twice.publish)) == ("accepted", 1)


def test_what_the_contract_refused_makes_nobody(clinic: Any, judge: Judge) -> None:
    reasons = (Reason("missing", "$.pain"),)
    found = judge.judge(Read(Received(b"", "1"), "1", Rejected(reasons)))
    assert found.verdict.reasons == reasons
    assert clinic.store.connection.execute("SELECT count(*) FROM persons").fetchone() == (0,)


def test_a_person_cannot_be_merged_with_themselves(judge: Judge) -> None:
    merge = Draft("PatientsMerged", ("m",), NOW, {}, other_subject="P1")
    assert judged(judge, "1", merge).verdict.reasons == (Reason("merged_with_itself", "$"),)


def test_nobody_is_merged_with_an_erased_person(clinic: Any, judge: Judge, make_form: Any) -> None:
    clinic.send(make_form("P2", "e", "erasure"))
    merge = Draft("PatientsMerged", ("m",), NOW, {}, other_subject="P2")
    assert judged(judge, "1", merge).verdict.reasons == (Reason("erased", "$"),)


def test_a_record_that_changes_who_somebody_is_stands_alone(judge: Judge) -> None:
    merge = Draft("PatientsMerged", ("m",), NOW, {}, other_subject="P2")
    assert Read(Received(b"", "1"), "1", Accepted("P1", (merge,))).is_boundary
    assert not Read(Received(b"", "1"), "1", Accepted("P1", (draft("a"),))).is_boundary


def test_the_other_one_of_a_merge_is_in_the_namespace_of_the_record(clinic: Any) -> None:
    merge = Draft("PatientsMerged", ("m",), NOW, {}, other_subject="P2")
    judge = Judge(clinic.store, Said("home_app", 1, NOW), "trial")
    (event,) = judged(judge, "1", merge).publish
    vault = clinic.store.vault
    assert (event.patient_key, event.other_key) == tuple(
        vault.find(name, "trial").key for name in ("P1", "P2")
    )
    assert vault.find("P1") is None
    assert vault.find("P2") is None
