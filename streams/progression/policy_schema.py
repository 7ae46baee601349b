"""What a policy may say: its rules, their bounds and how fast a track may climb, as frozen values."""

from datetime import date
from functools import cached_property
from typing import Any, Final, Literal, get_args

import msgspec

from contracts import vocabulary
from contracts.vocabulary import MuscleGroup, Stage

Action = Literal["stop", "regress", "hold", "advance"]
Signal = Literal[
    "red_flag",
    "effusion_grade",
    "effusion_course",
    "pain_during",
    "pain_after",
    "soreness",
    "pain_next_morning",
    "next_morning_rise",
    "pain_rises",
    "weekly_pain_rise",
    "quality",
    "reps_share",
    "adherence_14d",
    "sessions_7d",
]

ACTIONS: Final[tuple[Action, ...]] = ("stop", "regress", "hold", "advance")
SIGNALS: Final[tuple[Signal, ...]] = get_args(Signal)
CONTEXT: Final[frozenset[Signal]] = frozenset(
    {"effusion_course", "next_morning_rise", "pain_rises", "weekly_pain_rise", "adherence_14d", "sessions_7d"}
)
"""Signals that look at other sessions than the one that is judged."""
MORNING: Final[frozenset[Signal]] = frozenset({"pain_next_morning", "next_morning_rise"})
"""Signals that are known on the next morning only."""


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Number(_Strict, frozen=True):
    """A number that several rules may name, so that a clinic changes it in one place."""

    value: float
    basis: str


class Bound(_Strict, frozen=True):
    """One signal against one bound; exactly one of the other fields is given."""

    signal: Signal
    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    one_of: tuple[str, ...] = ()
    is_true: bool = False
    is_unknown: bool = False


class Condition(Bound, frozen=True, kw_only=True):
    """A rule. ``says`` is the reason in plain words, ``basis`` its source.

    when: a second bound without which the rule is not looked at.
    from_stage, up_to_stage: the stages in which it is looked at, both included.
    days_off, advice: what a therapist is told when the rule fires.
    """

    rule: str
    says: str
    basis: str
    when: Bound | None = None
    from_stage: Stage = "S0"
    up_to_stage: Stage = "S6"
    days_off: int = 0
    advice: str = ""


class Required(_Strict, frozen=True):
    """Signals without which nothing advances."""

    signals: tuple[Signal, ...]
    basis: str


class Gate(_Strict, frozen=True):
    """A stage that no rule enters before a clinician confirmed it by setting that stage, or one above."""

    to: Stage
    confirm: str
    basis: str


class Advance(_Strict, frozen=True):
    """What a session has to show, how often in a row, and how fast a track may climb.

    sessions_after_regress: good sessions in a row that the first step up after a step back asks for.
    """

    rule: str
    all_of: tuple[Condition, ...]
    consecutive_sessions: int
    max_step: int
    max_levels_per_7d: int
    sign_off_from: Stage
    basis: str
    sessions_after_regress: int | None = None
    gates: tuple[Gate, ...] = ()


class Adjustment(_Strict, frozen=True):
    """A row of DAPRE: by how many kg the working weight changes after so many repetitions.

    reps_to: None for no upper end. fourth_set_kg goes by the repetitions of the third set,
    next_session_kg by those of the fourth.
    """

    reps_from: int
    reps_to: int | None
    fourth_set_kg: tuple[float, float]
    next_session_kg: tuple[float, float]


class Load(_Strict, frozen=True):
    """When the load may change, and by how much.

    two_for_two: ``extra_reps`` over target in the last set of ``sessions`` sessions in a row.
    dapre: by the rows of ``table``.
    """

    method: Literal["two_for_two", "dapre"]
    from_stage: Stage
    basis: str
    extra_reps: int = 0
    sessions: int = 0
    increment_pct: tuple[float, float] | None = None
    table: tuple[Adjustment, ...] = ()


class Effusion(_Strict, frozen=True):
    """Grades of the rule over successive sessions, and after how many sessions an episode is forgotten."""

    treat_from: float
    maintain_from: float
    within_sessions: int
    basis: str


class Review(_Strict, frozen=True):
    """Days after which a track is to be looked at, and sessions in one stage that make a plateau."""

    after_days: int
    plateau_sessions: int
    basis: str


class SignedOff(_Strict, frozen=True):
    """Who of the clinic took responsibility for a policy (a role, no name), and on which day."""

    by: str
    dated: date


class Section(_Strict, frozen=True):
    """What differs for some conditions and muscle groups; it is laid over the general part.

    A rule of a name that is there already takes its place, another one is added; ``without`` takes
    rules away. A block that is given is laid over the general one, field by field.
    """

    says: str
    basis: str
    conditions: tuple[vocabulary.Condition, ...] = ()
    muscle_groups: tuple[MuscleGroup, ...] = ()
    numbers: dict[str, Number] = {}
    without: tuple[str, ...] = ()
    stop: tuple[dict[str, Any], ...] = ()
    regress: tuple[dict[str, Any], ...] = ()
    hold: tuple[dict[str, Any], ...] = ()
    required: dict[str, Any] = {}
    effusion: dict[str, Any] = {}
    advance: dict[str, Any] = {}
    load: dict[str, Any] = {}
    review: dict[str, Any] = {}


class Policy(_Strict, frozen=True, dict=True):
    """One released version of a policy, or what it says for one condition and muscle group."""

    policy: str
    version: int
    status: str
    order: tuple[Action, ...]
    required: Required
    stop: tuple[Condition, ...]
    regress: tuple[Condition, ...]
    hold: tuple[Condition, ...]
    advance: Advance
    load: Load
    review: Review
    title: str = ""
    meant_for: tuple[vocabulary.Condition, ...] = ()
    signed_off: SignedOff | None = None
    numbers: dict[str, Number] = {}
    effusion: Effusion | None = None
    sections: tuple[Section, ...] = ()

    @cached_property
    def memo(self) -> dict[Any, Any]:
        """What was worked out of this very policy; never part of what it says."""
        return {}

    @cached_property
    def uses(self) -> frozenset[Signal]:
        """The signals that any of its rules looks at."""
        found: set[Signal] = set(self.required.signals)
        for each in conditions(self):
            found.add(each.signal)
            if each.when is not None:
                found.add(each.when.signal)
        return frozenset(found)

    @cached_property
    def gates(self) -> tuple[Stage, ...]:
        """Stages that need a clinician's sign-off, from below."""
        return tuple(sorted({self.advance.sign_off_from, *(gate.to for gate in self.advance.gates)}))


def advice_of(condition: Condition) -> str:
    """What a therapist is told when the rule fires: days off, and what else."""
    days = "1 day off" if condition.days_off == 1 else f"{condition.days_off} days off"
    return "; ".join(each for each in (days if condition.days_off else "", condition.advice) if each)


def conditions(policy: Policy) -> tuple[Condition, ...]:
    """All conditions of a policy, in the order in which they are looked at."""
    return (*policy.stop, *policy.regress, *policy.hold, *policy.advance.all_of)
