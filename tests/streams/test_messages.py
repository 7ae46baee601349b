import base64
import json
from dataclasses import dataclass
from typing import Any

from patients import Patient, fold

from contracts import topics
from streams.messages import progression_message, quarantined_message, transition_message
from streams.opening import Log
from streams.progression.codec import encode
from streams.progression.decisions import FactChange, facts
from streams.rows import EpisodeRow, QuarantinedRow, Unpublished


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
