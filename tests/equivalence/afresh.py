"""A state without its past: as if it had just been said, or just been read from storage."""

from dataclasses import fields

from streams.progression.codec import decode, encode
from streams.progression.state import PatientState


def anew(state: PatientState) -> PatientState:
    """The same state as if nobody had ever derived anything from it, or from the states before it."""
    said = {each.name: getattr(state, each.name) for each in fields(PatientState) if each.compare}
    said = {name: dict(sorted(v.items())) if isinstance(v, dict) else v for name, v in said.items()}
    return PatientState(**said)


def resumed(state: PatientState) -> PatientState:
    """The state after it was written and read back."""
    row, episodes = encode(state)
    return decode(row, {name: detail for name, (_, detail) in episodes.items()})
