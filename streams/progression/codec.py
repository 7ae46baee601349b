"""States as stored bytes and back: a small row per patient, view and detail per episode.

The detail of an episode holds its contributions as they were said, with the corrections of them; the
patient's row holds what belongs to no episode. Together they are the state, so a later event can take
anything back, and a change of rules is a new derivation from the same details.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import msgspec

from streams.progression.attribution import order
from streams.progression.decisions import facts
from streams.progression.derive import Episode
from streams.progression.incremental import derived
from streams.progression.packing import Packed, appended, of_lists, pack, unpack
from streams.progression.state import STATE_VERSION, PatientState
from streams.progression.view import encode_view, history_of

EpisodeBytes = tuple[bytes, bytes]
"""View and detail of one episode."""


def _from_version_1(content: dict[str, Any]) -> dict[str, Any]:
    """Version 1 held the packed rows as lists."""
    packed = {name: of_lists(content[name]) for name in _PACKED if name in content}
    return content | packed | {"version": 2}


_NOTHING: Final = Packed().stored()
_PACKED: Final = ("said", "rest", "corrections", "merges")
_UPGRADES: Final[dict[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {1: _from_version_1}
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
    """The state of a patient's row and the details of all episodes; raises ``StateTooNew``.

    Rows of different moments go together too: what one of them has taken back stays taken back.
    """
    small = _upgraded(msgspec.msgpack.decode(row))
    key = small["patient_key"]
    if small["erased"]:
        return PatientState(patient_key=key, erased=True)
    said = _by_id(small["rest"], key)
    corrections = _by_id(small["corrections"], key)
    packed: dict[str, Any] = {}
    for name, detail in details.items():
        part = _upgraded(msgspec.msgpack.decode(detail))
        known, events = unpack(part["said"], key)
        packed[name] = (known, tuple(events))
        said |= {each.event_id: each for each in events}
        corrections |= _by_id(part["corrections"], key)
    retracted = frozenset(small["retracted"])
    return PatientState(
        patient_key=key,
        said={name: each for name, each in said.items() if name not in retracted} if retracted else said,
        corrections={name: each for name, each in corrections.items() if name not in retracted},
        retracted=retracted,
        merges=_by_id(small["merges"], key),
        memo={"packed": packed},
    )


def _by_id(stored: list[Any], patient_key: str) -> dict[str, Any]:
    return {each.event_id: each for each in unpack(stored, patient_key)[1]}


def standing(state: PatientState) -> set[str]:
    """The ids of the standing facts; of a state that was just read they are in its stored views."""
    known: tuple[bytes, dict[str, EpisodeBytes]] | None = state.memo.get("encoded")
    if known is None or "derived" in state.memo:
        return {fact.fact_id for fact in facts(state)}
    return {each.fact_id for view, _ in known[1].values() for each in history_of(view)}


def encode_patient(state: PatientState) -> bytes:
    """All of a state as one value: equal states have equal bytes."""
    row, episodes = encode(state)
    return msgspec.msgpack.encode([row, [[name, *parts] for name, parts in sorted(episodes.items())]])


def _encode(state: PatientState) -> tuple[bytes, dict[str, EpisodeBytes]]:
    known = derived(state)
    by_target: dict[str, list[Any]] = {}
    for correction in state.corrections.values():
        by_target.setdefault(correction.corrects, []).append(correction)
    details = {
        name: (_view(episode), _detail(name, episode, state, by_target))
        for name, episode in known.episodes.items()
    }
    waiting = [each for target in by_target.values() for each in target]
    row = _bytes(
        {
            "patient_key": state.patient_key,
            "rest": _packed([state.said[each.event_id] for each in known.unattributed]),
            "corrections": _packed(waiting),
            "retracted": sorted(state.retracted),
            "merges": _packed(state.merges.values()),
            "erased": state.erased,
        }
    )
    return row, details


def _view(episode: Episode) -> bytes:
    known: bytes | None = episode.memo.get("view")
    if known is None:
        known = episode.memo["view"] = encode_view(episode)
    return known


def _detail(name: str, episode: Episode, state: PatientState, by_target: dict[str, list[Any]]) -> bytes:
    """The detail of an episode; the corrections of its events are taken out of ``by_target``."""
    corrections: list[Any] = []
    if by_target:
        for event in episode.gathered.events:
            corrections += by_target.pop(event.event_id, ())
    packed = packed_events(name, episode, state).stored()
    return _bytes({"said": packed, "corrections": _packed(corrections)})


def packed_events(name: str, episode: Episode, state: PatientState) -> Packed:
    """An episode's events as they were said; what was packed before is not packed again."""
    known: Packed | None = episode.memo.get("packed")
    if known is None:
        known = episode.memo["packed"] = _continued(name, episode, state)
        episode.memo.pop("grown_from", None)
    return known


def _continued(name: str, episode: Episode, state: PatientState) -> Packed:
    """The packed events: those packed before, from the first that is new on packed again."""
    said = episode.gathered.events
    if state.corrections:  # which may have moved an event in time
        said = tuple(sorted((state.said[each.event_id] for each in said), key=order))
    known, added = _packed_before(episode)
    if known is not None:
        kept = known.until(min(map(order, added)))
        return pack(said) if kept is None else appended(kept, said[kept.count :])
    stored, events = state.memo.get("packed", {}).get(name, (Packed(), ()))
    return appended(stored, said[len(events) :]) if said[: len(events)] == events else pack(said)


def _packed_before(episode: Episode) -> tuple[Packed | None, list[Any]]:
    """The last packed form on the way to this episode, and what was added since then."""
    here, added = episode, []
    while "packed" not in here.memo and "grown_from" in here.memo:
        here, more = here.memo["grown_from"]
        added += more
    return here.memo.get("packed"), added


def _packed(events: Collection[Any]) -> list[Any]:
    return pack(sorted(events, key=order)).stored() if events else _NOTHING


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
