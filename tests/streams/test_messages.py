import base64
import json
from dataclasses import dataclass
from typing import Any

from patients import Patient, fold

from contracts import topics
from streams.messages import (
    EPISODE,
    MARKER,
    MARKER_KEY,
    PATIENT,
    is_of_episode,
    marker_message,
    patient_message,
    progression_message,
    quarantined_message,
    transition_message,
)
from streams.opening import Log
from streams.progression.codec import encode
from streams.progression.decisions import FactChange, facts
from streams.rows import EpisodeRow, Marker, QuarantinedRow, Unpublished, UnpublishedPatient
from streams.states import bare_row


@dataclass
class Sent:
    offset: int
    key: bytes
    value: bytes | None


def ann() -> Patient:
    patient = Patient("ann")
    patient.opened()
    patient.program("S1")
    patient.session(3)
    patient.session(10)
    return patient


def spoken(change: str = "published", next_offset: int = 40) -> dict[str, Any]:
    fact = facts(fold(ann().events()))[-1]
    message = transition_message(FactChange(change, fact), 3, next_offset)  # type: ignore[arg-type]
    assert message.topic == topics.TRANSITIONS
    assert message.key == fact.patient_key.encode()
    return dict(json.loads(message.value or b""))


def test_a_transition_says_the_fact_and_where_it_stands() -> None:
    said = spoken()
    assert (said["kind"], said["from_stage"], said["to_stage"]) == ("stage_entered", "S1", "S2")
    assert (said["rule"], said["policy"], said["policy_version"]) == ("good_sessions", "default_msk", 1)
    assert (said["change"], said["partition"], said["next_offset"]) == ("published", 3, 40)
    assert {"fact_id", "patient_key", "episode_id", "muscle_group", "side", "occurred_at", "evidence",
            "missing", "reason_code", "message_id"} <= said.keys()  # fmt: skip
    assert said["missing"] == [{"code": "good_sessions", "text": "2 more good sessions in a row"}]


def test_the_id_of_a_transition_is_the_same_at_each_publish_and_another_for_each_change() -> None:
    assert spoken()["message_id"] == spoken()["message_id"]
    ids = {spoken()["message_id"], spoken("withdrawn")["message_id"], spoken(next_offset=41)["message_id"]}
    assert len(ids) == 3


def test_a_progression_holds_view_and_detail_and_what_it_covers() -> None:
    patient = ann()
    ((name, (view, detail)),) = encode(fold(patient.events()))[1].items()
    message = progression_message(Unpublished(patient.key, name, EpisodeRow(view, detail)), 3, 40, "rules-1")
    said = json.loads(message.value or b"")
    assert message.key == f"{patient.key}/{name}".encode()
    assert said["covers"] == {"partition": 3, "next_offset": 40}
    assert said["view"] == json.loads(view)
    assert base64.b64decode(said["detail"]) == detail
    assert said["rules_version"] == "rules-1"


def test_an_episode_that_was_taken_away_is_a_tombstone() -> None:
    assert progression_message(Unpublished("ann", "knee", None), 3, 40, "rules-1").value is None


def test_a_quarantine_note_names_the_record_and_never_its_content() -> None:
    row = QuarantinedRow(8, "not_decodable", "$.pain")
    records = [Sent(7, b"k", b"other"), Sent(8, b"k", b"secret")]
    said = json.loads(quarantined_message(row, Log("myomap.events", "id", 3), records).value or b"")
    assert said["message_id"] == "myomap.events/3/8"
    assert (said["path"], said["size_bytes"]) == ("$.pain", 6)
    assert "secret" not in json.dumps(said)


def test_what_is_said_of_an_episode_comes_back_as_the_row_that_it_was() -> None:
    row = EpisodeRow(b'{"stage": "S2",  "pain":1.0}', bytes(range(256)))
    message = progression_message(Unpublished("ann", "knee", row), 3, 40, "rules-1")
    said = EPISODE.decode(message.value or b"")
    assert said.row() == row
    assert (said.covers.partition, said.covers.next_offset, said.rules_version) == (3, 40, "rules-1")
    assert is_of_episode(message.key)


def test_a_patients_row_goes_out_only_where_it_holds_more_than_the_key() -> None:
    more = patient_message(UnpublishedPatient("ann", b"\x00more"), 3, 40, "rules-1")
    assert more.key == b"ann" and not is_of_episode(more.key)
    assert PATIENT.decode(more.value or b"").state == b"\x00more"
    assert patient_message(UnpublishedPatient("ann", bare_row("ann")), 3, 40, "rules-1").value is None
    assert patient_message(UnpublishedPatient("ann", None), 3, 40, "rules-1").value is None


def test_a_patient_without_episodes_is_said_even_where_the_row_holds_nothing_but_the_key() -> None:
    said = patient_message(UnpublishedPatient("ann", bare_row("ann"), False), 3, 40, "rules-1").value
    assert PATIENT.decode(said or b"").state == bare_row("ann")


def test_a_marker_says_how_far_who_published_what() -> None:
    marker = Marker(40, "topic-id", "rules-1", "owner")
    message = marker_message(marker, 3)
    assert message.key == MARKER_KEY and not is_of_episode(message.key)
    assert json.loads(message.value or b"") == {
        "covers": {"partition": 3, "next_offset": 40},
        "rules_version": "rules-1",
        "topic_id": "topic-id",
        "owner": "owner",
    }
    assert MARKER.decode(message.value or b"").marker() == marker
