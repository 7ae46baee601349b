"""What the door answers, in words, against a real HTTP server on this machine."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.settings import Settings, settings_from
from dashboards.posting import UNKNOWN, look_up, post, read

RECORD = {"form_id": "page/1", "form": "measurement"}
Told = dict[str, Any]


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings of a home with the form's key, and this port of the door."""

    def make(port: int, key: str | None = "secret-key") -> Settings:
        if key:
            (tmp_path / "run").mkdir(exist_ok=True)
            (tmp_path / "run" / "record.key").write_text(f"{key}\n", encoding="utf-8")
        return settings_from({"MYOMAP_HOME": str(tmp_path), "MYOMAP_HTTP_PORT": str(port)})

    return make


def told(verdict: str, *reasons: Told) -> Told:
    return {"received": 1, "records": [{"record_id": "r1", "verdict": verdict, "reasons": list(reasons)}]}


@pytest.mark.parametrize("verdict", ["accepted", "duplicate"])
def test_a_form_goes_to_the_door_with_the_key(
    door: Any, settings: Callable[..., Settings], verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    port, heard = door(200, told(verdict))
    assert post(settings(port), RECORD).outcome == verdict
    assert heard == [{"path": "/v1/sources/therapist_form/events", "key": "secret-key", "body": RECORD}]


def test_a_refusal_is_told_with_every_reason(door: Any, settings: Callable[..., Settings]) -> None:
    reasons = ({"code": "out_of_range", "path": "$.value"}, {"code": "missing", "path": "$.patient_ref"})
    port, _ = door(200, told("rejected", *reasons))
    answer = post(settings(port), RECORD)
    assert answer.outcome == "rejected"
    assert answer.sentences == (
        "Value is outside of what is possible.",
        "The patient's reference must be filled in.",
    )


def test_a_door_that_is_down_says_what_to_do(settings: Callable[..., Settings]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = post(settings(port), RECORD)
    assert answer.outcome == "unreachable"
    assert "does not answer" in answer.sentences[0]
    assert "myomap up" in answer.sentences[1]


def test_a_home_without_a_door_says_so(settings: Callable[..., Settings]) -> None:
    assert "not been started" in post(settings(1, None), RECORD).sentences[0]
    assert "not been started" in look_up(settings(1, None), "RV-1", "t")[1]


@pytest.mark.parametrize(
    ("status", "content", "words"),
    [
        (401, {"error": "…"}, "does not accept this page's key"),
        (503, {"error": "Kafka is away."}, "Kafka is away."),
        (500, None, "answered 500"),
        (200, {"received": 0, "records": []}, "answered 200"),
        (200, ["odd"], "answered 200"),
    ],
)
def test_every_other_answer_is_a_sentence_too(status: int, content: Any, words: str) -> None:
    answer = read(status, content)
    assert answer.outcome == "unreachable"
    assert words in " ".join(answer.sentences)


def test_a_look_up_gives_the_key_and_names_who_asked(door: Any, settings: Callable[..., Settings]) -> None:
    port, heard = door(200, {"patient_key": "p0001"})
    assert look_up(settings(port), "RV-0001", "t-1") == ("p0001", "")
    assert heard[0]["path"] == "/v1/lookup"
    assert heard[0]["body"] == {"reference": "RV-0001", "actor": "t-1"}


def test_an_unknown_reference_gives_no_key(door: Any, settings: Callable[..., Settings]) -> None:
    port, _ = door(404, {"error": "No patient is known by this reference."})
    assert look_up(settings(port), "RV-0001", "t-1") == (None, UNKNOWN)


@pytest.mark.parametrize(
    ("status", "content", "words"),
    [
        (401, {"error": "No valid key."}, "does not accept this page's key"),
        (403, {"error": "Not with this key."}, "does not accept this page's key"),
        (500, {}, "answered 500"),
        (503, {"error": "Kafka is away."}, "Kafka is away."),
    ],
)
def test_a_door_that_fails_is_not_told_as_an_unknown_patient(
    door: Any, settings: Callable[..., Settings], status: int, content: Told, words: str
) -> None:
    port, _ = door(status, content)
    key, sentence = look_up(settings(port), "RV-0001", "t-1")
    assert key is None
    assert words in sentence
    assert "No patient" not in sentence
