"""The canonical events: everything that may be said right of the door, in the past tense.

Events are frozen values. ``encode`` and ``decode`` turn them into the JSON value of a Kafka message
and back; the same bytes always mean the same event. Instants are timezone-aware UTC.
Identifiers of people never occur here: ``patient_key``, ``episode_id``, ``session_id``,
``therapist`` and ``rater`` are random keys that the door's vault made.
"""

import hashlib
from datetime import date, datetime
from typing import Annotated, Any, Final, get_args

import msgspec
from msgspec import Meta

from contracts.vocabulary import (
    AgeBand,
    Chronicity,
    CloseReason,
    Condition,
    DeviceClass,
    Goal,
    Method,
    MissedReason,
    MuscleGroup,
    Occasion,
    Origin,
    PayerClass,
    Phase,
    Place,
    ReasonCode,
    Severity,
    Sex,
    Side,
    Soreness,
    Stage,
    Technique,
)

SCHEMA_VERSION: Final = 1
"""Version of the event schemas below; a worker stops at a newer one."""

DEFAULT_POLICY: Final = "default_msk"
DEFAULT_PLACE: Final[Place] = "clinic"

Instant = Annotated[datetime, Meta(tz=True)]
Score10 = Annotated[float, Meta(ge=0, le=10)]
Count = Annotated[int, Meta(ge=0, le=10_000)]
Positive = Annotated[float, Meta(ge=0, le=100_000)]
Share = Annotated[float, Meta(ge=0, le=1)]
Version = Annotated[int, Meta(ge=0, le=1_000_000)]


class Envelope(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """What every event carries.

    event_id: 32 hex digits, a hash of the patient key and the fields that the contract names.
    patient_key: random key of the vault; the message key.
    occurred_at: event time (UTC); nothing else decides state.
    received_at: when the door took the record (UTC); not part of the content.
    source, contract_version: who said it, under which version of its contract.
    schema_version: of these classes; see ``SCHEMA_VERSION``.
    """

    event_id: str
    patient_key: str
    occurred_at: Instant
    received_at: Instant
    source: str
    contract_version: Version
    schema_version: Version = SCHEMA_VERSION


class EpisodeOpened(Envelope, frozen=True, tag=True):
    """A course of care for one condition began. ``zone`` is the clinic's IANA time zone."""

    episode_id: str
    condition: Condition
    clinic: str
    zone: str
    side: Side | None = None
    body_region: str | None = None
    onset_on: date | None = None
    origin: Origin | None = None
    chronicity: Chronicity | None = None
    severity: Severity | None = None
    age_band: AgeBand | None = None
    sex: Sex | None = None
    comorbidity_count: Annotated[int, Meta(ge=0, le=50)] | None = None
    prior_surgery: bool | None = None
    payer_class: PayerClass | None = None
    therapist: str | None = None


class TrackEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A track that a program opens, and the stage at which it enters the ladder."""

    muscle_group: MuscleGroup
    side: Side
    stage: Stage


class ProgramAssigned(Envelope, frozen=True, tag=True):
    """A named tailoring was prescribed; its first assignment is the episode's time zero."""

    episode_id: str
    program: str
    techniques: tuple[Technique, ...] = ()
    muscle_groups: tuple[MuscleGroup, ...] = ()
    goals: tuple[Goal, ...] = ()
    sessions_per_week: Annotated[float, Meta(ge=0, le=21)] | None = None
    minutes_per_session: Annotated[float, Meta(ge=0, le=600)] | None = None
    policy: str = DEFAULT_POLICY
    policy_version: Version = 1
    tracks: tuple[TrackEntry, ...] = ()

    def __post_init__(self) -> None:
        """Hold the very default where its equal was given: equal events have equal bytes.

        A field is left out of the bytes only where it is that object.
        """
        if self.policy == DEFAULT_POLICY:
            msgspec.structs.force_setattr(self, "policy", DEFAULT_POLICY)


class SessionRecorded(Envelope, frozen=True, tag=True):
    """A session took place or was missed; ``occurred_at`` is its start. ``quality`` is a share (0-1)."""

    place: Place
    attended: bool
    session_id: str | None = None
    episode_id: str | None = None
    missed_reason: MissedReason | None = None
    duration_min: Annotated[float, Meta(ge=0, le=600)] | None = None
    quality: Share | None = None
    red_flag: bool = False
    therapist: str | None = None


class SymptomReported(Envelope, frozen=True, tag=True):
    """Symptoms in one phase around a session. Pain and tenderness 0-10; effusion 0, 0.5 (trace), 1, 2, 3."""

    phase: Phase
    session_id: str | None = None
    episode_id: str | None = None
    pain: Score10 | None = None
    soreness: Soreness | None = None
    tenderness: Score10 | None = None
    effusion_grade: Annotated[float, Meta(ge=0, le=3)] | None = None
    inflammation: bool | None = None


class ExerciseSetRecorded(Envelope, frozen=True, tag=True):
    """One set of one exercise. Loads in kg, range in degrees, speed in degrees/s, force in N, effort 0-10."""

    exercise: str
    muscle_group: MuscleGroup
    side: Side
    place: Place = DEFAULT_PLACE
    session_id: str | None = None
    episode_id: str | None = None
    stage: Stage | None = None
    prescribed_reps: Count | None = None
    completed_reps: Count | None = None
    correct_reps: Count | None = None
    load_kg: Positive | None = None
    range_deg: Annotated[float, Meta(ge=-60, le=360)] | None = None
    peak_speed_deg_s: Positive | None = None
    peak_force_n: Positive | None = None
    effort: Score10 | None = None

    def __post_init__(self) -> None:
        """Hold the very default where its equal was given, as ``ProgramAssigned`` does."""
        if self.place == DEFAULT_PLACE:
            msgspec.structs.force_setattr(self, "place", DEFAULT_PLACE)


class OutcomeMeasured(Envelope, frozen=True, tag=True):
    """One value of one measure of the registry, in the registry's unit for that measure."""

    measure: str
    value: float
    unit: str
    method: Method
    device_class: DeviceClass
    muscle_group: MuscleGroup | None = None
    side: Side | None = None
    episode_id: str | None = None
    rater: str | None = None
    occasion: Occasion | None = None


class StageOverridden(Envelope, frozen=True, tag=True):
    """A therapist set a track's stage; it wins from its time on."""

    muscle_group: MuscleGroup
    side: Side
    to_stage: Stage
    reason_code: ReasonCode
    episode_id: str | None = None
    therapist: str | None = None


class EpisodeClosed(Envelope, frozen=True, tag=True):
    """The course of care ended."""

    episode_id: str
    reason: CloseReason


class EventCorrected(Envelope, frozen=True, tag=True):
    """Fields of an earlier event were wrong; ``changes`` holds the right values by field name."""

    corrects: str
    changes: dict[str, Any]
    reason_code: ReasonCode | None = None


class EventRetracted(Envelope, frozen=True, tag=True):
    """An earlier event should not have been said; it beats every correction of it."""

    retracts: str
    reason_code: ReasonCode | None = None


class PatientsMerged(Envelope, frozen=True, tag=True):
    """Two keys are one person: ``other_key`` and this ``patient_key``. The smallest key survives."""

    other_key: str


class PatientErased(Envelope, frozen=True, tag=True):
    """The person asked to be forgotten; a tombstone is all that stays."""


Event = (
    EpisodeOpened
    | ProgramAssigned
    | SessionRecorded
    | SymptomReported
    | ExerciseSetRecorded
    | OutcomeMeasured
    | StageOverridden
    | EpisodeClosed
    | EventCorrected
    | EventRetracted
    | PatientsMerged
    | PatientErased
)
EVENT_TYPES: Final[dict[str, type[Envelope]]] = {kind.__name__: kind for kind in get_args(Event)}

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_DECODER: Final[msgspec.json.Decoder[Event]] = msgspec.json.Decoder(Event)


class _Version(msgspec.Struct, frozen=True):
    type: str = ""
    schema_version: int = SCHEMA_VERSION


_VERSION_DECODER: Final = msgspec.json.Decoder(_Version)


def encode(event: Event) -> bytes:
    """The event as the JSON value of its message, keys in a fixed order."""
    return _ENCODER.encode(event)


def decode(value: bytes) -> Event:
    """The event in a message's value; raises ``msgspec.DecodeError`` with a path for anything else."""
    return _DECODER.decode(value)


def is_from_the_future(value: bytes) -> bool:
    """Whether a value that did not decode is of a newer schema or an event type unknown here."""
    try:
        found = _VERSION_DECODER.decode(value)
    except msgspec.DecodeError:
        return False
    return found.schema_version > SCHEMA_VERSION or (found.type != "" and found.type not in EVENT_TYPES)


def event_id_of(patient_key: str, source: str, event_type: str, identity: tuple[str, ...]) -> str:
    """32 hex digits naming an event: a hash of patient key, source, type and the contract's identity."""
    text = "\x1f".join((patient_key, source, event_type, *identity))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def content_hash(event: Event) -> str:
    """64 hex digits over the content: the payload without ``received_at`` and ``contract_version``."""
    content = msgspec.to_builtins(event)
    for carried in ("received_at", "contract_version"):
        content.pop(carried, None)
    return hashlib.sha256(_ENCODER.encode(content)).hexdigest()


def corrected(event: Event, changes: dict[str, Any]) -> Event | None:
    """The event with ``changes`` applied, or None where they do not fit its type or touch its identity."""
    if changes.keys() & {"type", "event_id", "patient_key", "source", "schema_version"}:
        return None
    if not changes.keys() <= set(type(event).__struct_fields__):
        return None
    try:
        merged: Event = msgspec.convert(msgspec.to_builtins(event) | changes, Event)
    except msgspec.ValidationError:
        return None
    return merged
