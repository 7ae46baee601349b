"""The forms of Record are checked before they are sent, in plain words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.accept import accept
from contracts.contract import Accepted
from contracts.registry import load
from dashboards import forms

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
WHO = {"patient_ref": "RV-0001", "clinic": "riverside", "zone": "Europe/Berlin"}
WHO |= {"recorded_by": "RV-T1", "episode_ref": ""}
NDI: dict[str, Any] = {"measure": "ndi", "unit": "score", "method": "self_report"}
NDI |= {"device_class": "questionnaire", "occasion": "follow_up"}
ABOUT = {"label": "NDI", "low": 0.0, "high": 50.0, "unit": "score", "at_muscle": False}


def form(kind: str = "measurement", at: datetime = NOW, **fields: Any) -> dict[str, Any]:
    return forms.record(kind, "page/1", WHO, at, **fields)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("measurement", NDI | {"value": 12}),
        ("symptoms", {"phase": "during", "pain": 3.0, "soreness": "none", "effusion_grade": 1}),
        ("override", {"muscle_group": "deltoid", "side": "left", "to_stage": "S2"}
         | {"reason_code": "clinical_judgement"}),
    ],
)  # fmt: skip
def test_every_form_is_taken_by_the_contract_of_the_source(kind: str, fields: dict[str, Any]) -> None:
    content = form(kind, **fields)
    assert forms.problems(content, NOW) == []
    assert isinstance(accept(content, load().contract(forms.SOURCE)), Accepted)


def test_empty_fields_are_left_out() -> None:
    assert "episode_ref" not in form(**NDI, value=1)


def test_what_is_missing_is_named() -> None:
    content = forms.record("measurement", "page/1", WHO | {"patient_ref": "", "recorded_by": " "}, NOW)
    assert forms.problems(content, NOW) == ["Fill in the patient's reference.", "Fill in your reference."]


def test_the_future_is_refused() -> None:
    (said,) = forms.problems(form(**NDI, value=1, at=NOW + timedelta(minutes=5)), NOW)
    assert "future" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": 99}, "Value is outside of what is possible."),
        ({"value": 3, "unit": "kg"}, "Unit is not in the unit that this measure has."),
        ({"value": 3, "measure": "zzz"}, "Measure is not a measure that the registry knows."),
        ({}, "Value must be filled in."),
    ],
)
def test_what_the_contract_refuses_is_said_in_words(change: dict[str, Any], words: str) -> None:
    assert words in forms.problems(form(**NDI | change), NOW)


def test_a_value_is_held_to_its_measure() -> None:
    assert forms.measurement_problems(ABOUT, 50.0, None) == []
    assert forms.measurement_problems(ABOUT, None, None) == ["Fill in the value of NDI."]
    assert "goes from 0 to 50" in forms.measurement_problems(ABOUT, 51.0, None)[0]
    at_muscle = ABOUT | {"at_muscle": True}
    assert "choose which one" in forms.measurement_problems(at_muscle, 5.0, None)[0]
    assert forms.measurement_problems(at_muscle, 5.0, "deltoid") == []


def test_an_unknown_reason_is_still_a_sentence() -> None:
    assert forms.sentence("odd_code", "$.patient_ref") == "The patient's reference was refused (odd code)."
    assert forms.sentence("conflict", "$").startswith("The form says something else")
