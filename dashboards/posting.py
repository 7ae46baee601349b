"""Hands a form to the HTTP door, and says in plain words what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import httpx

from contracts.settings import Settings
from dashboards.forms import SOURCE, sentence

Outcome = Literal["accepted", "duplicate", "rejected", "unreachable"]
PATIENCE_S: Final = 30.0
"""Longer than the door may wait for Kafka."""
UNKNOWN: Final = "No patient of yours is known by this reference. Check how it is written on your forms."
KEY_REFUSED: Final = "The HTTP door does not accept this page's key."
RECORD_KEY: Final = "record.key"
"""Name of the file in the run folder in which the door's owner leaves the key of this page's form."""


@dataclass(frozen=True)
class Answer:
    """What became of a form, and the sentences that say so."""

    outcome: Outcome
    sentences: tuple[str, ...]


def post(settings: Settings, record: Mapping[str, Any]) -> Answer:
    """Send one form; every failure is an answer with what to do next, never an exception."""
    key = settings.home.run / RECORD_KEY
    if not key.exists():
        return _unreachable("The HTTP door has not been started in this home yet.")
    url = f"{_door(settings)}/v1/sources/{SOURCE}/events"
    headers = {"X-API-Key": key.read_text(encoding="utf-8").strip()}
    try:
        with httpx.Client(trust_env=False, timeout=PATIENCE_S) as client:
            answer = client.post(url, json=dict(record), headers=headers)
    except httpx.HTTPError:
        return _unreachable(f"The HTTP door at {_door(settings)} does not answer.")
    return read(answer.status_code, _json(answer))


def read(status: int, content: Any) -> Answer:
    """The door's answer in words."""
    receipt = _receipt(content)
    verdict = receipt.get("verdict")
    if verdict == "accepted":
        return Answer("accepted", ("Taken in. It shows in the figures after the next release.",))
    if verdict == "duplicate":
        return Answer("duplicate", ("This form was taken in before, so nothing was counted twice.",))
    if verdict == "rejected":
        reasons = receipt.get("reasons") or []
        said = tuple(_reason(each) for each in reasons) or ("The door gave no reason.",)
        return Answer("rejected", said)
    if status in (401, 403):
        return _unreachable(KEY_REFUSED)
    sentences = _failure(status, content)
    return Answer("unreachable", (*sentences, "Nothing was recorded; send the form again in a moment."))


def look_up(settings: Settings, reference: str, actor: str) -> tuple[str | None, str]:
    """The random key of the patient with this reference, or None and the sentence that says why not.

    The door writes the look-up into its audit; ``actor`` says who asked.
    """
    key = settings.home.run / RECORD_KEY
    if not key.exists():
        return None, "The HTTP door has not been started in this home yet. Start it with `myomap up`."
    try:
        with httpx.Client(trust_env=False, timeout=PATIENCE_S) as client:
            answer = client.post(
                f"{_door(settings)}/v1/lookup",
                json={"reference": reference, "actor": actor},
                headers={"X-API-Key": key.read_text(encoding="utf-8").strip()},
            )
    except httpx.HTTPError:
        return None, f"The HTTP door at {_door(settings)} does not answer. Start it with `myomap up`."
    found = _json(answer)
    if answer.status_code == 200 and isinstance(found, Mapping):
        return str(found.get("patient_key")), ""
    if answer.status_code == 404:
        return None, UNKNOWN
    if answer.status_code in (401, 403):
        return None, f"{KEY_REFUSED} Start it anew with `myomap up`."
    return None, " ".join((*_failure(answer.status_code, found), "Look again in a moment."))


def _failure(status: int, content: Any) -> tuple[str, ...]:
    """What the door says of its own failure."""
    said = content.get("error") if isinstance(content, Mapping) else None
    return (f"The HTTP door answered {status}.", *([str(said)] if said else []))


def _door(settings: Settings) -> str:
    return f"http://{settings.host}:{settings.http_port}"


def _reason(reason: Any) -> str:
    if isinstance(reason, Mapping):
        return sentence(str(reason.get("code", "")), str(reason.get("path", "")))
    return sentence(str(reason))


def _unreachable(what: str) -> Answer:
    return Answer(
        "unreachable", (what, "Nothing was recorded. Start it with `myomap up`, then send the form again.")
    )


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _receipt(content: Any) -> Mapping[str, Any]:
    """The first receipt in the answer, whether it stands alone or in a list."""
    if isinstance(content, Mapping):
        if "verdict" in content:
            return content
        return _receipt(next((value for value in content.values() if isinstance(value, list)), None))
    if isinstance(content, list) and content:
        return _receipt(content[0])
    return {}
