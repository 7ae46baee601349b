"""A patient's state: what was said, keyed by event id; everything visible is derived from it.

The state is a pure function of the set of accepted events, so it keeps the events themselves in a
slim form and nothing that depends on when they arrived.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from contracts.events import (
    SCHEMA_VERSION,
    EpisodeClosed,
    EpisodeOpened,
    EventCorrected,
    ExerciseSetRecorded,
    OutcomeMeasured,
    PatientsMerged,
    ProgramAssigned,
    SessionRecorded,
    StageOverridden,
    SymptomReported,
)
from streams.progression.moments import as_utc

STATE_VERSION: Final = 2
"""Version of the stored form of a state; an older one is brought up to date when it is read."""

Contribution = (
    EpisodeOpened
    | ProgramAssigned
    | SessionRecorded
    | SymptomReported
    | ExerciseSetRecorded
    | OutcomeMeasured
    | StageOverridden
    | EpisodeClosed
)
Said = Contribution | EventCorrected | PatientsMerged

# What no rule looks at is left to the lake: states stay small, and a record that repeats itself
# under a later contract version stays the same contribution.
_LEFT_OUT: Final[dict[type, dict[str, Any]]] = {
    ExerciseSetRecorded: {"range_deg": None, "peak_speed_deg_s": None, "peak_force_n": None, "effort": None},
}


@dataclass(frozen=True)
class PatientState:
    """What is known of one patient.

    said: contributions by event id. corrections: by their own event id, also those that wait for what
    they correct. retracted: ids of events that were taken back, also those that have not come yet.
    merges: notes that two keys are one person. erased: the tombstone; then everything else is empty.
    """

    patient_key: str = ""
    said: Mapping[str, Contribution] = field(default_factory=dict)
    corrections: Mapping[str, EventCorrected] = field(default_factory=dict)
    retracted: frozenset[str] = frozenset()
    merges: Mapping[str, PatientsMerged] = field(default_factory=dict)
    erased: bool = False
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """Derived values of this very state, worked out once; never part of what it says."""


@dataclass(frozen=True)
class Growth:
    """How a state came from one of which something is known already.

    base: what was derived of that one. before: the growth before ``event``; event: the contribution that
    was added, None for any other change. corrected: ids that corrections speak of.
    """

    base: Any
    before: "Growth | None"
    event: Contribution | None
    corrected: frozenset[str]

    def added(self) -> list[Contribution | None]:
        """What was added since the base, in the order in which it came."""
        found: list[Contribution | None] = []
        here: Growth | None = self
        while here is not None:
            found.append(here.event)
            here = here.before
        return found[::-1]


def grown(state: PatientState, event: Contribution | None) -> dict[str, Any]:
    """The memo of the state that comes from this one by a contribution, or (None) by any other change."""
    memo: dict[str, Any] = {}
    known, growth = state.memo.get("derived"), state.memo.get("growth")
    if known is not None:
        corrected = frozenset(each.corrects for each in state.corrections.values())
        memo["growth"] = Growth(known, None, event, corrected)
    elif growth is not None:
        memo["growth"] = Growth(growth.base, growth, event, growth.corrected)
    if "packed" in state.memo:
        memo["packed"] = state.memo["packed"]
    return memo


def initial() -> PatientState:
    """The state of a patient of whom nothing was said."""
    return PatientState()


def slim(event: Said) -> Any:
    """The event without what carries no meaning for the fold: when it was received, under which contract."""
    left_out = _LEFT_OUT.get(type(event), {})
    at = as_utc(event.occurred_at)
    return msgspec.structs.replace(
        event,
        occurred_at=at,
        received_at=at,
        contract_version=0,
        schema_version=SCHEMA_VERSION,
        **left_out,
    )
