"""One standing fact about a track, and what happened to it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

import msgspec

from contracts.vocabulary import MuscleGroup, ReasonCode, Side, Stage
from streams.progression.evaluate import Missing

Kind = Literal["track_opened", "stage_entered", "stage_overridden", "stop_raised"]


@dataclass(frozen=True)
class Fact:
    """One standing fact. ``fact_id`` names its whole content, so a fact whose evidence changes is another.

    track_opened: a program set the track to its entry stage. stage_entered: a rule moved it.
    stage_overridden: a therapist did. stop_raised: a stop rule fired, the stage stays as it is.
    Of a rule's fact says is why, inputs are the signals that were known, and window_from is the start of the
    first session that is named as evidence.
    """

    fact_id: str
    patient_key: str
    episode_id: str
    kind: Kind
    muscle_group: MuscleGroup
    side: Side
    from_stage: Stage | None
    to_stage: Stage
    rule: str
    policy: str
    policy_version: int
    occurred_at: datetime
    evidence: tuple[str, ...]
    missing: tuple[Missing, ...]
    reason_code: ReasonCode | None = None
    says: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict, hash=False)
    window_from: datetime | None = None


@dataclass(frozen=True)
class FactChange:
    """A fact that now holds (``published``), or no longer holds (``withdrawn``)."""

    change: Literal["published", "withdrawn"]
    fact: Fact


def named(fact: Fact) -> Fact:
    """The fact with its id: 32 hex digits over its content."""
    content = msgspec.json.encode(replace(fact, fact_id=""), order="deterministic")
    return replace(fact, fact_id=hashlib.sha256(content).hexdigest()[:32])
