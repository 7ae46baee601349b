"""What a therapist is told of their own tracks."""

from datetime import UTC, datetime, timedelta
from typing import Any

from dashboards import patients

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
TRACK: dict[str, Any] = {
    "patient_key": "p1", "episode_id": "e1", "condition": "neck_pain", "program": "stabilization_led",
    "muscle_group": "neck_flexors", "side": "midline", "stage": "S2", "since": AS_OF, "sessions_in_stage": 3,
    "pain_trend": -0.2, "adherence_14d": 0.8, "plateau": False, "regression": False, "last_action": "advance",
    "last_rule": "good_sessions", "last_decided_at": AS_OF, "missing": ["pain during at most 2"],
    "next_review_at": AS_OF + timedelta(days=3), "policy": "default_msk", "policy_version": 1,
}  # fmt: skip


def test_who_needs_a_look_comes_first() -> None:
    rows = [
        TRACK,
        TRACK | {"patient_key": "p2", "plateau": True},
        TRACK | {"patient_key": "p3", "regression": True},
        TRACK | {"patient_key": "p4", "next_review_at": AS_OF},
    ]
    found = patients.marked(rows, AS_OF)
    assert [(row["patient_key"], row["marks"]) for row in found] == [
        ("p3", ["regression"]),
        ("p2", ["plateau"]),
        ("p4", ["review"]),
        ("p1", []),
    ]


def test_a_review_date_that_is_not_known_is_not_due() -> None:
    assert patients.marked([TRACK | {"next_review_at": None}], AS_OF)[0]["marks"] == []


def test_a_track_tells_stage_why_what_is_missing_and_since_when() -> None:
    drawn = "".join(patients.track_facts(TRACK, "Europe/Berlin"))
    for words in (
        "S2 multi-joint",
        "since 30 Jun 2026, 3 sessions in it",
        "Enough good sessions in a row.",
        "pain during at most 2",
        "80 %",
        "Default musculoskeletal v1",
    ):
        assert words in drawn


def test_a_questionnaire_finds_its_change_under_a_muscle_group_and_an_instrument_its_own() -> None:
    base = {"method": "self_report", "device_class": "questionnaire", "side": None, "day": 0, "label": "x"}
    base |= {"occurred_at": AS_OF}
    values = [
        base | {"measure": "ndi", "muscle_group": None, "domain": "function"},
        base
        | {"measure": "muscle_strength", "muscle_group": "deltoid", "side": "left", "domain": "strength"},
    ]
    changes = [
        base | {"measure": "ndi", "muscle_group": "neck_flexors", "side": "midline", "mcid": 8.0},
        base | {"measure": "muscle_strength", "muscle_group": "rotator_cuff", "side": "left", "mcid": 1.0},
        base | {"measure": "muscle_strength", "muscle_group": "deltoid", "side": "left", "mcid": 2.0},
    ]
    found = patients.measured(values, changes)
    assert [(about["measure"], about["mcid"]) for _, about in found] == [
        ("muscle_strength", 2.0),
        ("ndi", 8.0),
    ]


def test_without_a_time_zero_days_count_from_the_first_value() -> None:
    value = dict.fromkeys((*patients.IDENTITY, "day", "label", "domain")) | {"measure": "ndi"}
    values = [value | {"occurred_at": AS_OF + timedelta(days=days)} for days in (9, 0)]
    ((rows, about),) = patients.measured(values, [])
    assert [row["day"] for row in rows] == [0, 9]
    assert about["label"] == "Ndi"


def test_steps_explain_themselves() -> None:
    step = {
        "rule": "therapist_override",
        "reason_code": "symptom_flare",
        "evidence": ["a", "b"],
        "to_stage": "S1",
    }
    (row,) = patients.explained([step | {"occurred_at": AS_OF}])
    assert row["why"] == "The therapist set this stage. Reason given: symptom flare."
    assert row["n_evidence"] == 2


def test_people_are_shown_by_a_short_key_only() -> None:
    key = "0123456789abcdef"
    assert key not in patients.patient_html(key, [TRACK | {"marks": []}])


def test_steps_of_one_side_are_not_the_other_sides() -> None:
    steps = [{"muscle_group": "hamstrings", "side": side, "to_stage": to} for side, to in
             (("left", "S1"), ("right", "S3"), ("left", "S2"))]  # fmt: skip
    track = {"muscle_group": "hamstrings", "side": "left"}
    assert [step["to_stage"] for step in patients.steps_of(track, steps)] == ["S1", "S2"]
