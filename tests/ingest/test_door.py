"""Promise 1: nothing is lost and nothing counts twice, wherever a door is cut off."""

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.events import PatientErased, PatientsMerged, content_hash, decode
from contracts.topics import EVENTS, RECEIPTS
from ingest.errors import PublishFailed
from ingest.records import Received, quarantine_ref

Make = Callable[..., bytes]


@dataclass(frozen=True)
class Spoken:
    """A form of one of four patients; ``value`` 1 contradicts ``value`` 0; a broken one says nothing."""

    patient: int
    number: int
    value: int
    broken: bool


FORMS = st.builds(
    Spoken,
    st.integers(0, 3),
    st.integers(0, 2),
    st.sampled_from([0, 0, 0, 1]),
    st.sampled_from([False] * 5 + [True]),
)
MERGES = st.sampled_from([("P0", "P1"), ("P1", "P2"), ("P2", "P0")])
BATCHES = st.lists(
    st.tuples(
        st.lists(st.one_of(FORMS, FORMS, FORMS, MERGES), min_size=1, max_size=5),
        st.one_of(st.none(), st.integers(0, 3)),
        st.sampled_from(["refused", "half", "unheard", "killed"]),
    ),
    min_size=1,
    max_size=6,
)


def raw_of(spoken: Spoken | tuple[str, str], make_form: Make) -> bytes:
    if isinstance(spoken, tuple):
        return make_form(spoken[0], f"merge-{spoken[1]}", "merge", other_patient_ref=spoken[1])
    if spoken.broken:
        return b'{"form_id": "P0/1", '
    # The moment tells the forms apart in the events, where their ids are not.
    at = datetime.fromisoformat("2026-03-02T09:00:00+01:00")
    at += timedelta(minutes=10 * spoken.patient + spoken.number)
    patient = f"P{spoken.patient}"
    return make_form(patient, str(spoken.number), value=14 + spoken.value, occurred_at=at.isoformat())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BATCHES)
def test_every_record_has_one_verdict_and_every_event_one_key_and_content(
    make_clinic: Any, make_form: Make, killed: type[Exception], batches: Any
) -> None:
    clinic = make_clinic()
    sent = 0
    said: dict[str, int] = {}
    repeats: list[tuple[list[Received], int]] = []
    for number, (spoken, fail_at, how) in enumerate(batches):
        records = [Received(raw_of(each, make_form), f"{number}/{at}") for at, each in enumerate(spoken)]
        sent += len(records)
        said |= {
            f"{number}/{at}": 14 + each.value for at, each in enumerate(spoken) if isinstance(each, Spoken)
        }
        clinic.kafka.fail_at, clinic.kafka.how = fail_at, how
        try:
            clinic.door.take_in("test", "therapist_form", records)
        except (PublishFailed, killed):
            clinic.reopen()
            repeats.append((records, number))
        clinic.kafka.fail_at = None
        held(clinic, sent)
    # Who was not answered sends again, one record at a time and the last batch first.
    for records, _ in reversed(repeats):
        for record in records:
            clinic.door.take_in("test", "therapist_form", [record])
    clinic.door.deliver()
    assert len(clinic.kafka.receipts()) == sent
    held(clinic, sent)
    settled(clinic, said)
    clinic.store.close()


def held(clinic: Any, sent: int) -> None:
    """What holds at any time: no more receipts than records, one key and one content per event."""
    assert len(clinic.kafka.receipts()) <= sent
    keys, contents = defaultdict(set), defaultdict(set)
    for event in clinic.kafka.events():
        contents[event.event_id].add(content_hash(event))
        if not isinstance(event, PatientsMerged):
            keys[event.occurred_at].add(event.patient_key)
    assert [each for each in contents.values() if len(each) > 1] == []
    assert [each for each in keys.values() if len(each) > 1] == []
    acknowledged: set[str] = set()
    for message in clinic.kafka.messages:
        if message.topic == EVENTS:
            acknowledged.add(decode(message.value).event_id)
        elif message.topic == RECEIPTS:
            assert acknowledged >= set(json.loads(message.value)["event_ids"])


def settled(clinic: Any, said: dict[str, int]) -> None:
    """At rest: each published event was brought by exactly one accepted record, and says what that said."""
    events = {event.event_id: event for event in clinic.kafka.events()}
    published = set(events)
    receipts = clinic.kafka.receipts().values()
    brought = Counter(
        itertools.chain.from_iterable(each["event_ids"] for each in receipts if each["verdict"] == "accepted")
    )
    assert brought == Counter(published)
    assert {name for each in receipts for name in each["event_ids"]} == published
    for each in receipts:
        if each["origin"] in said:
            assert {events[name].value for name in each["event_ids"]} <= {said[each["origin"]]}
    for rejection in clinic.kafka.rejections():
        assert clinic.store.quarantine.open(rejection["quarantine_ref"]) is not None


def test_a_new_form_is_accepted_once_and_a_repeat_is_a_duplicate(clinic: Any, make_form: Make) -> None:
    assert clinic.send(make_form("P1", "M1")) == ("accepted",)
    assert clinic.send(make_form("P1", "M1")) == ("duplicate",)
    assert len(clinic.kafka.events()) == 1


def test_the_same_identity_with_other_content_is_a_conflict_also_within_one_batch(
    clinic: Any, make_form: Make
) -> None:
    first, other = make_form("P1", "M1", value=3), make_form("P1", "M1", value=4)
    assert clinic.send(first, other, first) == ("accepted", "rejected", "duplicate")
    assert clinic.send(other) == ("rejected",)
    assert [event.value for event in clinic.kafka.events()] == [3]
    assert {reason["code"] for each in clinic.kafka.rejections() for reason in each["reasons"]} == {
        "conflict"
    }


def test_a_record_that_is_repeated_under_its_origin_keeps_its_verdict(clinic: Any, make_form: Make) -> None:
    for _ in range(2):
        assert clinic.send(make_form("P1", "M1"), origin="again") == ("accepted",)
    assert len(clinic.kafka.receipts()) == 1


def test_nothing_is_half_done_when_kafka_does_not_answer(clinic: Any, make_form: Make) -> None:
    clinic.kafka.fail_at = 0
    with pytest.raises(PublishFailed):
        clinic.send(make_form("P1", "M1"), b"rubbish", origin="again")
    assert clinic.kafka.messages == []
    assert list(clinic.store.quarantine.of("therapist_form")) == []
    assert clinic.send(make_form("P1", "M1"), b"rubbish", origin="again") == ("accepted", "rejected")


def test_a_patient_is_not_split_by_a_crash_before_the_answer(
    clinic: Any, make_form: Make, killed: type[Exception]
) -> None:
    clinic.kafka.fail_at, clinic.kafka.how = 0, "killed"
    with pytest.raises(killed):
        clinic.send(make_form("P1", "M1"), origin="again")
    clinic.reopen()
    clinic.send(make_form("P1", "M1"), origin="again")
    assert len({event.patient_key for event in clinic.kafka.events()}) == 1


def test_receipts_that_kafka_did_not_take_go_out_with_the_next_batch(clinic: Any, make_form: Make) -> None:
    clinic.kafka.fail_at = 1
    assert clinic.send(make_form("P1", "M1")) == ("accepted",)
    assert clinic.kafka.receipts() == {}
    clinic.reopen()
    clinic.send(make_form("P1", "M2"))
    assert len(clinic.kafka.receipts()) == 2


def test_a_failure_while_settling_leaves_everything_in_flight(clinic: Any, make_form: Make) -> None:
    def broken(_verdicts: object) -> None:
        raise OSError("disk full")

    record = Received(make_form("P1", "M1"), "origin")
    with pytest.raises(OSError, match="disk full"):
        clinic.door.take_in("test", "therapist_form", [record], broken)
    assert clinic.kafka.receipts() == {}
    assert [each.verdict for each in clinic.door.take_in("test", "therapist_form", [record])] == ["accepted"]


def test_a_rejected_record_keeps_its_bytes_and_moves_to_accepted_when_replayed(
    clinic: Any, make_form: Make
) -> None:
    broken = make_form("P1", "M1").replace(b'"rmdq"', b'"rmdg"')
    clinic.send(broken, origin="first")
    rejection = clinic.kafka.rejections()[0]
    kept = clinic.store.quarantine.open(rejection["quarantine_ref"])
    assert kept.raw == broken
    again = Received(make_form("P1", "M1"), "replayed", record_id=kept.record_id)
    clinic.door.take_in("replay", "therapist_form", [again])
    assert [each["verdict"] for each in clinic.kafka.receipts().values()] == ["accepted"]
    assert clinic.store.quarantine.open(quarantine_ref(kept.record_id)) is None


def test_after_a_merge_both_references_say_events_under_the_smallest_key(
    clinic: Any, make_form: Make
) -> None:
    clinic.send(make_form("P1", "M1"), make_form("P2", "M1"))
    smallest = min(clinic.key("P1"), clinic.key("P2"))
    merge = make_form("P1", "merge", "merge", other_patient_ref="P2")
    assert clinic.send(merge, make_form("P1", "M2"), make_form("P2", "M2")) == ("accepted",) * 3
    assert clinic.key("P1") == clinic.key("P2") == smallest
    assert {event.patient_key for event in clinic.kafka.events()[-2:]} == {smallest}
    assert clinic.send(merge, make_form("P1", "M1"), make_form("P2", "M1")) == ("duplicate",) * 3


def test_a_correction_after_a_merge_meets_the_event_where_the_merge_moves_it(
    clinic: Any, make_form: Make
) -> None:
    from ingest.merging import moved_id

    clinic.send(make_form("P1", "M1"), make_form("P2", "M1"))
    said = {clinic.key(name): event for name, event in zip(("P1", "P2"), clinic.kafka.events(), strict=True)}
    clinic.send(make_form("P1", "merge", "merge", other_patient_ref="P2"))
    survivor = clinic.key("P1")
    for patient in ("P1", "P2"):
        clinic.send(
            make_form(
                patient,
                "C1",
                "correction",
                corrects_form_id=f"{patient}/M1",
                corrects_form="measurement",
                reason_code="wrong_value",
                value=9,
            )
        )
    corrected = {event.corrects for event in clinic.kafka.events()[-2:]}
    assert corrected == {moved_id(event.event_id, key, survivor) for key, event in said.items()}


def test_an_erased_person_does_not_come_back(clinic: Any, make_form: Make) -> None:
    clinic.send(make_form("P1", "M1"), make_form("P1", "M2", value="much"))
    assert len(list(clinic.store.quarantine.of("therapist_form"))) == 1
    erasure = make_form("P1", "erasure", "erasure")
    assert clinic.send(erasure, make_form("P1", "M3"), erasure) == ("accepted", "rejected", "duplicate")
    assert clinic.key("P1") is None
    assert isinstance(clinic.kafka.events()[-1], PatientErased)
    rejection = clinic.kafka.rejections()[-1]
    assert rejection["reasons"] == [{"code": "erased", "path": "$"}]
    assert rejection["quarantine_ref"] is None
    clinic.reopen()
    assert clinic.send(make_form("P1", "M1")) == ("rejected",)


def test_an_erasure_names_every_key_that_a_merged_person_had(clinic: Any, make_form: Make) -> None:
    clinic.send(make_form("P1", "M1"), make_form("P2", "M1"))
    keys = {clinic.key("P1"), clinic.key("P2")}
    clinic.send(make_form("P1", "merge", "merge", other_patient_ref="P2"), make_form("P2", "e", "erasure"))
    erased = {event.patient_key for event in clinic.kafka.events() if isinstance(event, PatientErased)}
    assert erased == keys
    assert clinic.send(make_form("P1", "M2"), make_form("P2", "M2")) == ("rejected", "rejected")


def test_what_is_kept_of_an_erased_person_in_quarantine_is_deleted(clinic: Any, make_form: Make) -> None:
    clinic.send(make_form("P1", "M1", value=3), make_form("P1", "M1", value=4))
    assert len(list(clinic.store.quarantine.of("therapist_form"))) == 1
    clinic.send(make_form("P1", "erasure", "erasure"))
    assert list(clinic.store.quarantine.of("therapist_form")) == []


def test_no_identifier_leaves_the_door(clinic: Any, make_form: Make) -> None:
    clinic.send(make_form("Findable-7", "M1"), make_form("Findable-7", "M1", value=3), b"Findable-7")
    clinic.send(make_form("Findable-7", "e", "episode", condition="neck_pain"))
    said = b"".join(
        part
        for each in clinic.kafka.messages
        for part in (each.key, each.value, *(v for _, v in each.headers))
    )
    assert b"Findable" not in said
    assert b"T01" not in said


def test_one_person_has_the_same_episode_and_therapist_keys_in_every_event(
    clinic: Any, make_form: Make
) -> None:
    clinic.send(
        make_form("P1", "M1", rater_ref="T01"),
        make_form(
            "P1",
            "v",
            "override",
            muscle_group="quadriceps",
            side="left",
            to_stage="S2",
            reason_code="clinical_judgement",
        ),
    )
    measured, override = clinic.kafka.events()
    assert measured.rater == override.therapist is not None
    assert measured.episode_id == override.episode_id is not None
    clinic.send(make_form("P2", "M1", rater_ref="T01", episode_ref="P1-E1"))
    other = clinic.kafka.events()[-1]
    assert other.rater == measured.rater
    assert other.episode_id != measured.episode_id


def test_what_is_older_than_its_bound_is_forgotten(clinic: Any, make_form: Make) -> None:
    clinic.send(make_form("P1", "M1"), b"rubbish")
    clinic.now += timedelta(days=399)
    assert clinic.send(make_form("P1", "M1")) == ("duplicate",)
    assert list(clinic.store.quarantine.of("therapist_form")) == []
    clinic.now += timedelta(days=2)
    clinic.send(make_form("P2", "M1"))
    assert clinic.store.connection.execute("SELECT count(*) FROM identities").fetchone() == (1,)


def test_two_doors_of_one_home_count_an_event_once_between_them(clinic: Any, make_form: Make) -> None:
    beside = type(clinic)(clinic.folder)
    forms = [make_form(f"P{number % 3}", f"M{number}") for number in range(30)]
    doors = [(clinic, forms), (beside, forms[::-1]), (clinic, forms[10:]), (beside, forms[:20])]

    def speak(at: int) -> None:
        door, spoken = doors[at]
        for number, raw in enumerate(spoken):
            door.door.take_in("test", "therapist_form", [Received(raw, f"{at}/{number}")])

    with ThreadPoolExecutor(len(doors)) as pool:
        list(pool.map(speak, range(len(doors))))
    receipts = (clinic.kafka.receipts() | beside.kafka.receipts()).values()
    assert len(receipts) == 100
    bringing = [each["event_ids"] for each in receipts if each["verdict"] == "accepted"]
    accepted = Counter(itertools.chain.from_iterable(bringing))
    assert len(accepted) == 30 and set(accepted.values()) == {1}
    published = clinic.kafka.events() + beside.kafka.events()
    assert len(published) == 30
    assert len({event.patient_key for event in published}) == 3
    beside.store.close()


CSV = {"program": "CONT", "day": "1"}


def trial_row(door: Any, subject: str, strength: str = "80") -> Any:
    row = {"subject": subject, "strength": strength} | CSV
    record = Received(b"", f"trial/{subject}/{strength}", row)
    (verdict,) = door.take_in("test", "strength_trial", [record])
    return verdict.verdict


def test_the_same_identifier_in_two_namespaces_is_two_people_and_erasing_one_spares_the_other(
    clinic: Any, make_form: Make
) -> None:
    assert trial_row(clinic.door, "CONT/1") == "accepted"
    assert clinic.key("CONT/1") is None
    assert clinic.send(make_form("CONT/1", "1")) == ("accepted",)
    trial = {each.patient_key for each in clinic.kafka.events() if each.source == "strength_trial"}
    assert len(trial) == 1
    assert clinic.key("CONT/1") not in {None, *trial}
    with clinic.store.transaction():
        person = clinic.store.vault.find("CONT/1", "strength_trial")
        clinic.store.vault.erase(person, "record", ())
    assert trial_row(clinic.door, "CONT/1") == "rejected"
    assert clinic.send(make_form("CONT/1", "2")) == ("accepted",)


def test_what_is_kept_of_a_rejected_record_goes_with_its_own_person_only(
    clinic: Any, make_form: Make
) -> None:
    clinic.send(make_form("CONT/1", "1"))
    assert [trial_row(clinic.door, "CONT/1", value) for value in ("80", "81")] == ["accepted", "rejected"]
    vault, quarantine = clinic.store.vault, clinic.store.quarantine
    with clinic.store.transaction():
        quarantine.forget((vault.mark("CONT/1"),))
        assert len(quarantine.refs("strength_trial")) == 1
        quarantine.forget((vault.mark("CONT/1", "strength_trial"),))
        assert quarantine.refs("strength_trial") == []
