"""States as stored bytes and back: a small row per patient, view and detail per episode.

The detail of an episode holds its contributions as they were said, with the corrections of them; the
patient's row holds what belongs to no episode. Together they are the state, so a later event can take
anything back, and a change of rules is a new derivation from the same details.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from contracts.events import Envelope
from streams.progression.attribution import order
from streams.progression.derive import derived
from streams.progression.packing import pack, unpack
from streams.progression.state import STATE_VERSION, PatientState
from streams.progression.view import encode_view

EpisodeBytes = tuple[bytes, bytes]
"""View and detail of one episode."""

_UPGRADES: Final[dict[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
"""By version: how a row of that version becomes one of the next."""


class StateTooNew(ValueError):
    """A stored state of a newer version than this program knows."""


def encode(state: PatientState) -> tuple[bytes, dict[str, EpisodeBytes]]:
    """The patient's row and each episode's view and detail; worked out once per state."""
    known: tuple[bytes, dict[str, EpisodeBytes]] | None = state.memo.get("encoded")
    if known is None:
        known = state.memo["encoded"] = _encode(state)
    return known


def decode(row: bytes, details: Mapping[str, bytes]) -> PatientState:
    """The state of a patient's row and the details of all episodes; raises ``StateTooNew``."""
    small = _upgraded(msgspec.msgpack.decode(row))
    key = small["patient_key"]
    said = {each.event_id: each for each in unpack(small["rest"], key)}
    corrections = {each.event_id: each for each in unpack(small["corrections"], key)}
    for detail in details.values():
        part = _upgraded(msgspec.msgpack.decode(detail))
        said |= {each.event_id: each for each in unpack(part["said"], key)}
        corrections |= {each.event_id: each for each in unpack(part["corrections"], key)}
    return PatientState(
        patient_key=key,
        said=said,
        corrections=corrections,
        retracted=frozenset(small["retracted"]),
        merges={each.event_id: each for each in unpack(small["merges"], key)},
        erased=small["erased"],
    )


def encode_patient(state: PatientState) -> bytes:
    """All of a state as one value: equal states have equal bytes."""
    row, episodes = encode(state)
    return msgspec.msgpack.encode([row, [[name, *parts] for name, parts in sorted(episodes.items())]])


def _encode(state: PatientState) -> tuple[bytes, dict[str, EpisodeBytes]]:
    known = derived(state)
    by_target: dict[str, list[Any]] = {}
    for correction in state.corrections.values():
        by_target.setdefault(correction.corrects, []).append(correction)
    details = {}
    placed: set[str] = set()
    for name, episode in known.episodes.items():
        ids = episode.gathered.event_ids
        placed |= ids
        said = [state.said[each] for each in ids]
        corrections = [each for target in ids & by_target.keys() for each in by_target[target]]
        detail = _bytes({"said": _packed(said, state), "corrections": _packed(corrections, state)})
        details[name] = (encode_view(episode), detail)
    rest = [each for name, each in state.said.items() if name not in placed]
    waiting = [each for each in state.corrections.values() if each.corrects not in placed]
    row = _bytes(
        {
            "patient_key": state.patient_key,
            "rest": _packed(rest, state),
            "corrections": _packed(waiting, state),
            "retracted": sorted(state.retracted),
            "merges": _packed(list(state.merges.values()), state),
            "erased": state.erased,
        }
    )
    return row, details


def _packed(events: list[Any], state: PatientState) -> list[Any]:
    return pack(sorted(events, key=_order), state.patient_key)


def _order(event: Envelope) -> Any:
    return order(event)  # type: ignore[arg-type]


def _bytes(content: dict[str, Any]) -> bytes:
    return msgspec.msgpack.encode({"version": STATE_VERSION, **content})


def _upgraded(content: dict[str, Any]) -> dict[str, Any]:
    while content["version"] < STATE_VERSION:
        content = _UPGRADES[content["version"]](content)
    if content["version"] > STATE_VERSION:
        raise StateTooNew(
            f"A stored state has version {content['version']}, this program knows {STATE_VERSION}: start the "
            "newer version of Myomap."
        )
    return content
