import json
from typing import Any

from patients import Patient, fold, name_of

from streams.progression.incremental import derived
from streams.progression.view import encode_view

FIELDS = {
    "episode_id", "condition", "clinic", "zone", "side", "therapist", "opened_at", "closed_at",
    "close_reason", "program", "policy", "policy_version", "time_zero", "sessions_attended",
    "sessions_missed", "tracks", "outcomes", "quality",
}  # fmt: skip
TRACK_FIELDS = {
    "muscle_group", "side", "stage", "since", "sessions_in_stage", "good_streak", "pain_trend",
    "adherence_14d", "plateau", "regression", "last_decision", "missing", "next_review_at",
    "history",
}  # fmt: skip


def view(patient: Patient) -> dict[str, Any]:
    (episode,) = derived(fold(patient.events())).episodes.values()
    return dict(json.loads(encode_view(episode)))


def test_the_view_holds_what_a_therapist_needs() -> None:
    patient = Patient()
    patient.opened(side="left", therapist=name_of("therapist"))
    patient.program("S0")
    patient.measured(1, 5.0)
    for day in (3, 10):
        patient.session(day)
    patient.missed(17)
    patient.closed(30)
    said = view(patient)
    assert said.keys() == FIELDS
    assert (said["condition"], said["close_reason"]) == ("post_injury", "goals_met")
    assert said["closed_at"] == "2026-02-04T08:00:00Z"
    assert (said["sessions_attended"], said["sessions_missed"]) == (2, 1)
    (track,) = said["tracks"]
    assert track.keys() == TRACK_FIELDS
    assert (track["stage"], track["sessions_in_stage"], track["good_streak"]) == ("S1", 0, 0)
    decision = track["last_decision"]
    assert (decision["action"], decision["rule"]) == ("advance", "good_sessions")
    assert (decision["from_stage"], decision["to_stage"]) == ("S0", "S1")
    assert (decision["says"], decision["missing"]) == ("2 good sessions in a row", [])
    assert decision["inputs"]["pain_during"] == 1.0
    assert [each["kind"] for each in track["history"]] == ["track_opened", "stage_entered"]
    assert all(len(name) == 32 for name in decision["evidence"])
    assert track["missing"][0] == {"code": "good_sessions", "text": "2 more good sessions in a row"}
    assert said["outcomes"][0]["measure"] == "nprs"


def test_an_episode_without_a_program_has_no_tracks_and_says_so() -> None:
    patient = Patient()
    patient.opened()
    said = view(patient)
    assert (said["program"], said["policy"], said["time_zero"], said["tracks"]) == (None, None, None, [])
    assert [note["code"] for note in said["quality"]] == ["no_program"]
