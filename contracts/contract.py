"""The types of a contract: what a source may say, and which canonical events its records become."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

DEFAULT_LATENESS_DAYS: Final = 400
DEFAULT_MAX_BYTES: Final = 65_536

NUMERIC: Final = ("number", "integer")


@dataclass(frozen=True)
class Reason:
    """Why a record is rejected: a code, and the path of what is wrong (``$`` is the record)."""

    code: str
    path: str


@dataclass(frozen=True)
class Target:
    """The earlier event of the same source and person that a correction or retraction speaks of."""

    event_type: str
    identity: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """An event as the source said it, before the door gave it keys.

    identity: values, as text, of the fields that the contract names as the event's identity.
    occurred_at: event time, aware, UTC. fields: canonical field -> JSON-like value.
    references: canonical field -> the source's own reference, for which the vault has a random key.
    target: of an ``EventCorrected`` or ``EventRetracted``. other_subject: of a ``PatientsMerged``.
    """

    event_type: str
    identity: tuple[str, ...]
    occurred_at: datetime
    fields: Mapping[str, Any]
    references: Mapping[str, str] = field(default_factory=dict)
    target: Target | None = None
    other_subject: str | None = None


@dataclass(frozen=True)
class Accepted:
    """A good record: the person's identifier, its events, and the names of the fields not taken."""

    subject: str
    drafts: tuple[Draft, ...]
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rejected:
    """A bad record and everything that is wrong with it."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Field:
    """One field of a source's record.

    type: string, integer, number, boolean, date, timestamp, array or object.
    unit: of a number, or ``in <field>`` where another field of the record names it.
    privacy: identifier, reference, case_mix, clinical or operational.
    item: what an array holds; fields: what an object holds.
    """

    name: str
    type: str
    required: bool
    unit: str | None
    privacy: str
    description: str
    enumeration: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int = 200
    max_items: int = 50
    format: str | None = None
    item: "Field | None" = None
    fields: tuple["Field", ...] = ()


@dataclass(frozen=True)
class Value:
    """Where a canonical field's value comes from: a field of the record, or a constant.

    unit, unit_field: unit of the value, fixed or named by a field; to: the canonical unit.
    codes: the source's word -> the canonical one. items: of a list of objects, canonical -> own name.
    score: measure whose score is formed of the item numbers in the fields ``answers``, in their order.
    """

    source: str | None = None
    constant: Any = None
    unit: str | None = None
    unit_field: str | None = None
    to: str | None = None
    codes: tuple[tuple[Any, Any], ...] = ()
    items: tuple[tuple[str, str], ...] = ()
    score: str | None = None
    answers: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """Fields of the record that the value comes from."""
        return self.answers if self.source is None else (self.source,)


@dataclass(frozen=True)
class Moment:
    """When the event took place: a timestamp field, or a declared day, time and zone.

    day_field: a whole number of days, counted so that ``first_day`` is day 1.
    """

    source: str | None = None
    first_day: date | None = None
    at: time | None = None
    zone: str | None = None
    day_field: str | None = None


@dataclass(frozen=True)
class Condition:
    """When a rule applies: ``equals`` hold, all of ``present`` are there, and one of ``any_present`` is."""

    equals: tuple[tuple[str, Any], ...] = ()
    present: tuple[str, ...] = ()
    any_present: tuple[str, ...] = ()


@dataclass(frozen=True)
class TargetRule:
    """How a correction or retraction names its event: the field with the rule's name, and its identity."""

    rule_field: str
    identity: tuple[Value, ...]


@dataclass(frozen=True)
class Rule:
    """How a record becomes one event.

    required: fields of the record that must be there when the rule applies.
    targets: rules that a correction or retraction may speak of.
    """

    name: str
    event_type: str
    condition: Condition
    identity: tuple[Value, ...]
    moment: Moment
    values: tuple[tuple[str, Value], ...]
    references: tuple[tuple[str, Value], ...]
    required: tuple[str, ...] = ()
    target: TargetRule | None = None
    other_subject: str | None = None


@dataclass(frozen=True, eq=False)
class Contract:
    """What one version of a source may say. Compared by object, so that plans can be kept per contract.

    format: json (one record a message), jsonl (one a line) or csv (one a row, cells are text).
    lateness_days: how long the door remembers the source's events. cadence_hours: how often it should speak.
    patient_namespace: whose identifiers the source says; None is what the clinics share.
    """

    source: str
    version: int
    title: str
    owner: str
    format: str
    description: str
    patient_field: str
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]
    lateness_days: int = DEFAULT_LATENESS_DAYS
    cadence_hours: float | None = None
    max_bytes: int = DEFAULT_MAX_BYTES
    patient_namespace: str | None = None

    def field(self, name: str) -> Field | None:
        """The field with that name, or None."""
        return next((each for each in self.fields if each.name == name), None)

    def rule(self, name: str) -> Rule | None:
        """The rule with that name, or None."""
        return next((each for each in self.rules if each.name == name), None)
