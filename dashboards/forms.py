"""The forms of *Record*: what a therapist fills in, checked against the contract before it is sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, get_args

from contracts.accept import accept
from contracts.contract import Rejected
from contracts.registry import load
from contracts.vocabulary import DeviceClass, Method, Occasion, Phase, Soreness

SOURCE: Final = "therapist_form"
METHODS: Final = get_args(Method)
DEVICES: Final = get_args(DeviceClass)
OCCASIONS: Final = get_args(Occasion)
PHASES: Final = get_args(Phase)
SORENESS: Final = get_args(Soreness)
OVERRIDE_REASONS: Final = ("clinical_judgement", "symptom_flare", "medical_hold", "entry_misjudged")

FIELD_NAMES: Final = {
    "patient_ref": "the patient's reference",
    "episode_ref": "the course of care",
    "recorded_by": "your reference",
    "occurred_at": "date and time",
    "to_stage": "the stage",
    "reason_code": "the reason",
    "zone": "the clinic's time zone",
}
REASONS: Final = {
    "missing": "must be filled in",
    "blank": "must be filled in",
    "wrong_type": "is not of the right kind",
    "not_a_number": "is not a number",
    "naive_time": "has no time zone",
    "unknown_zone": "is not a time zone",
    "unknown_code": "is not one of the words that may be used",
    "out_of_range": "is outside of what is possible",
    "unknown_measure": "is not a measure that the registry knows",
    "unit_mismatch": "is not in the unit that this measure has",
    "conflict": "says something else than an earlier form with the same id",
}


def record(kind: str, form_id: str, who: Mapping[str, str], at: datetime, **fields: Any) -> dict[str, Any]:
    """A form as the source ``therapist_form`` sends it; empty fields are left out.

    ``who`` has patient_ref, clinic, zone and, where known, episode_ref and recorded_by.
    """
    content = {"form_id": form_id, "form": kind, **who, "occurred_at": at.isoformat(), **fields}
    return {name: value for name, value in content.items() if value not in (None, "")}


def problems(content: Mapping[str, Any], now: datetime) -> list[str]:
    """Sentences about what is wrong with a form, empty when it can be sent."""
    found = []
    for name in ("patient_ref", "recorded_by"):
        if not str(content.get(name, "")).strip():
            found.append(f"Fill in {FIELD_NAMES[name]}.")
    if datetime.fromisoformat(content["occurred_at"]) > now:
        found.append("The date and time lie in the future; set them to when it took place.")
    if found:
        return found
    verdict = accept(dict(content), load().contract(SOURCE))
    if isinstance(verdict, Rejected):
        found += [sentence(reason.code, reason.path) for reason in verdict.reasons]
    return found


def measurement_problems(about: Mapping[str, Any], value: float | None, at_muscle: str | None) -> list[str]:
    """What a value of a measure lacks; ``about`` is its row of ``dim_measure``."""
    if value is None:
        return [f"Fill in the value of {about['label']}."]
    found = []
    low, high = about["low"], about["high"]
    if (low is not None and value < low) or (high is not None and value > high):
        found.append(
            f"{about['label']} goes from {low:g} to {high:g} {about['unit']}; {value:g} is not possible."
        )
    if about["at_muscle"] and not at_muscle:
        found.append(f"{about['label']} is measured at a muscle group: choose which one, and the side.")
    return found


def sentence(code: str, path: str = "") -> str:
    """A reason code of the door in plain words."""
    field = path.rpartition(".")[2] if path.startswith("$.") else ""
    name = FIELD_NAMES.get(field, field.replace("_", " "))
    words = REASONS.get(code, f"was refused ({code.replace('_', ' ')})")
    return f"{name[:1].upper()}{name[1:]} {words}." if name else f"The form {words}."
