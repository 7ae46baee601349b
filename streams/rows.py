"""What a store keeps and hands over, as plain rows: bytes, ids and offsets without their meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class EpisodeRow:
    """One episode: ``view`` is what a therapist needs, ``detail`` what a later event needs."""

    view: bytes
    detail: bytes


@dataclass(frozen=True)
class PatientRow:
    """One patient: the small row, and the episodes by their id."""

    state: bytes
    episodes: Mapping[str, EpisodeRow] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """A message to another topic, to the same partition number; a value of None takes its key away."""

    topic: str
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True)
class QuarantinedRow:
    """A record that was set aside: why, and the JSON path of the complaint."""

    record_offset: int
    reason: str
    path: str


@dataclass(frozen=True)
class Commit:
    """What one batch changes. ``episodes`` holds only changed ones; None takes an episode away."""

    from_offset: int
    to_offset: int
    patients: Mapping[str, bytes] = field(default_factory=dict)
    episodes: Mapping[tuple[str, str], EpisodeRow | None] = field(default_factory=dict)
    messages: Sequence[Message] = ()
    quarantined: Sequence[QuarantinedRow] = ()


@dataclass(frozen=True)
class Unpublished:
    """An episode's state that has to go out; ``row`` is None when the episode was taken away."""

    patient_key: str
    episode_id: str
    row: EpisodeRow | None


@dataclass(frozen=True)
class UnpublishedPatient:
    """A patient's small row that has to go out; ``state`` is None when there is no such patient."""

    patient_key: str
    state: bytes | None
    has_episodes: bool = True


@dataclass(frozen=True)
class Marker:
    """How far a partition is published: all of its events below ``next_offset``.

    ``owner`` names the opening of the store that published it, ``topic_id`` the topic of the events.
    """

    next_offset: int
    topic_id: str
    rules_version: str
    owner: str


@dataclass(frozen=True)
class Position:
    """Up to where an outbox was read: the store's offset at that moment, and the last message."""

    next_offset: int
    last_number: int
