"""A change of rules: stored states are derived anew from what was said, and what that changes is told."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from contracts.vocabulary import MuscleGroup, Side, Stage
from streams.progression.codec import decode, encode
from streams.progression.course import PolicyOf
from streams.progression.decisions import Fact, FactChange, facts
from streams.progression.derive import derived_under
from streams.progression.fact import Kind
from streams.progression.state import PatientState
from streams.rows import EpisodeRow, Message, PatientRow

UNKNOWN_POLICY = ("", 0)
"""What a withdrawal says of a policy that the view of an episode no longer names."""


@dataclass(frozen=True)
class Moved:
    """A track whose stage is another one under today's rules; None: it has none."""

    patient_key: str
    episode_id: str
    muscle_group: str
    side: str
    from_stage: str | None
    to_stage: str | None


@dataclass(frozen=True)
class Refolded:
    """A patient's rows under today's rules, and what is different.

    ``episodes`` are all of them, None where an episode is no more. ``tracks``: how many were looked at.
    """

    patient_key: str
    state: bytes
    episodes: Mapping[str, EpisodeRow | None]
    changes: tuple[FactChange, ...]
    moved: tuple[Moved, ...]
    tracks: int


class _Moment(msgspec.Struct, frozen=True):
    fact_id: str
    kind: Kind
    from_stage: Stage | None
    to_stage: Stage
    rule: str
    occurred_at: datetime


class _Track(msgspec.Struct, frozen=True):
    muscle_group: MuscleGroup
    side: Side
    stage: Stage
    history: tuple[_Moment, ...] = ()


class _View(msgspec.Struct, frozen=True):
    tracks: tuple[_Track, ...] = ()
    policy: str | None = None
    policy_version: int | None = None


_VIEWS = msgspec.json.Decoder(_View)


def refolded(row: PatientRow, policy_of: PolicyOf | None = None) -> Refolded:
    """The patient under today's rules (or ``policy_of``'s), against what the stored rows say.

    What stood before is read from the stored views, for the rules that gave it may be gone.
    """
    state = anew(row, policy_of)
    key = state.patient_key
    patient, encoded = encode(state)
    old = {name: _VIEWS.decode(each.view) for name, each in row.episodes.items()}
    new = {name: _VIEWS.decode(view) for name, (view, _) in encoded.items()}
    episodes: dict[str, EpisodeRow | None] = dict.fromkeys(old)
    episodes |= {name: EpisodeRow(*parts) for name, parts in encoded.items()}
    before, after = _stages(key, old), _stages(key, new)
    moved = (
        Moved(*track, before.get(track), after.get(track))
        for track in sorted({*before, *after})
        if before.get(track) != after.get(track)
    )
    return Refolded(
        key, patient, episodes, _changes(key, old, facts(state)), tuple(moved), len({*before, *after})
    )


def anew(row: PatientRow, policy_of: PolicyOf | None = None) -> PatientState:
    """The stored state with nothing remembered of how it was derived."""
    details = {name: each.detail for name, each in row.episodes.items()}
    state = replace(decode(row.state, details), memo={})
    if policy_of is not None:
        state.memo["derived"] = derived_under(state, policy_of)
    return state


def _stages(key: str, views: Mapping[str, _View]) -> dict[tuple[str, str, str, str], str]:
    return {
        (key, episode, track.muscle_group, track.side): track.stage
        for episode, view in views.items()
        for track in view.tracks
    }


def _changes(key: str, old: Mapping[str, _View], standing: tuple[Fact, ...]) -> tuple[FactChange, ...]:
    stood = {fact.fact_id: fact for name, view in old.items() for fact in _stood(key, name, view)}
    stands = {fact.fact_id: fact for fact in standing}
    withdrawn = [FactChange("withdrawn", fact) for name, fact in stood.items() if name not in stands]
    published = [FactChange("published", fact) for name, fact in stands.items() if name not in stood]
    return (*withdrawn, *published)


def _stood(key: str, episode_id: str, view: _View) -> Iterator[Fact]:
    """The facts of a stored view; their evidence is no longer known."""
    policy = (view.policy, view.policy_version) if view.policy else UNKNOWN_POLICY
    for track in view.tracks:
        for moment in track.history:
            yield Fact(
                fact_id=moment.fact_id,
                patient_key=key,
                episode_id=episode_id,
                kind=moment.kind,
                muscle_group=track.muscle_group,
                side=track.side,
                from_stage=moment.from_stage,
                to_stage=moment.to_stage,
                rule=moment.rule,
                policy=str(policy[0]),
                policy_version=int(policy[1] or 0),
                occurred_at=moment.occurred_at,
                evidence=(),
                missing=(),
            )


def caused(message: Message, cause: str) -> Message:
    """The transition with an id of its own: the same change was perhaps told at this offset before."""
    value = msgspec.json.decode(message.value or b"")
    value["message_id"] = hashlib.sha256(f"{value['message_id']}/{cause}".encode()).hexdigest()[:32]
    return Message(message.topic, message.key, msgspec.json.encode(value, order="deterministic"))
