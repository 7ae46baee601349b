"""Record: what is wrong is said before sending, what is right goes through the door."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from dashboards import forms, posting
from dashboards.posting import Answer

Open = Callable[..., Any]
WHO = ("therapist", "harbour", "t-ha-0")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is handed to the door, which takes everything in."""
    heard: list[dict[str, Any]] = []

    def take(_settings: Any, record: dict[str, Any]) -> Answer:
        heard.append(record)
        return Answer("accepted", ("Taken in.",))

    monkeypatch.setattr(posting, "post", take)
    return heard


def _fill(value: float | None, patient: str = "HB-0007") -> Callable[[Any], None]:
    def touch(page: Any) -> None:
        page.selectbox(key="measure").set_value("ndi")
        page.run()
        page.text_input(key="patient_ref").set_value(patient)
        page.text_input(key="recorded_by").set_value("HB-T1")
        if value is not None:
            page.number_input(key="value").set_value(value)
        page.button(key="send").click()

    return touch


def test_a_right_form_is_sent_in_the_sources_own_format(open_page: Open, sent: list[dict[str, Any]]) -> None:
    shown = open_page("record", *WHO, touch=_fill(12.0))
    assert shown.run.success[0].value == "Taken in."
    (record,) = sent
    assert record["form"] == "measurement"
    assert (record["measure"], record["value"], record["unit"]) == ("ndi", 12.0, "score")
    assert (record["clinic"], record["zone"], record["patient_ref"]) == (
        "harbour",
        "America/New_York",
        "HB-0007",
    )
    assert record["form_id"].startswith("page/")
    assert forms.problems(record, datetime.now(UTC)) == []


def test_a_form_reaches_the_door_and_its_refusal_is_told(open_page: Open, home: Any, door: Any) -> None:
    (home.run).mkdir(exist_ok=True)
    (home.run / "record.key").write_text("the-key", encoding="utf-8")
    reason = {"code": "conflict", "path": "$"}
    port, heard = door(200, {"received": 1, "records": [{"verdict": "rejected", "reasons": [reason]}]})
    shown = open_page("record", *WHO, touch=_fill(12.0), http_port=str(port))
    assert "The door refused the form. The form says something else" in shown.run.error[0].value
    assert [(each["key"], each["body"]["value"]) for each in heard] == [("the-key", 12.0)]


def test_a_door_that_is_down_says_what_to_do(open_page: Open, home: Any) -> None:
    (home.run).mkdir(exist_ok=True)
    (home.run / "record.key").write_text("the-key", encoding="utf-8")
    shown = open_page("record", *WHO, touch=_fill(12.0), http_port="9")
    assert "myomap up" in shown.run.warning[0].value


@pytest.mark.parametrize(
    ("value", "patient", "words"),
    [
        (None, "HB-0007", "Fill in the value of Neck Disability Index."),
        (99.0, "HB-0007", "goes from 0 to 50"),
        (12.0, "", "Fill in the patient's reference."),
    ],
)
def test_a_wrong_form_is_explained_and_not_sent(
    open_page: Open, sent: list[dict[str, Any]], value: float | None, patient: str, words: str
) -> None:
    shown = open_page("record", *WHO, touch=_fill(value, patient))
    assert words in shown.run.error[0].value
    assert sent == []


def test_a_form_sent_again_after_a_failure_keeps_its_id(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    def fail(_settings: Any, record: dict[str, Any]) -> Answer:
        heard.append(record["form_id"])
        return Answer("unreachable", ("The HTTP door does not answer.",))

    monkeypatch.setattr(posting, "post", fail)

    def twice(page: Any) -> None:
        _fill(12.0)(page)
        page.run()
        page.button(key="send").click()

    shown = open_page("record", *WHO, touch=twice)
    assert "does not answer" in shown.run.warning[0].value
    assert len(heard) == 2
    assert heard[0] == heard[1]


def test_the_patients_reference_stays_out_of_the_address(open_page: Open, sent: list[dict[str, Any]]) -> None:
    shown = open_page("record", *WHO, touch=_fill(12.0))
    assert "HB-0007" not in str(dict(shown.run.query_params))


def test_without_a_release_it_says_what_to_do(open_page: Open, tmp_path: Any) -> None:
    assert "myomap refresh" in open_page("record", "therapist", at=tmp_path).said
