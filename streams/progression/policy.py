"""The released policies: read once, checked against their schema, and named by one hash.

A policy is data. The first rule that matches decides, in the order stop, regress, hold, advance.
"""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec
import yaml

from contracts.measures.registry import REGISTRY_VERSION, measures
from contracts.vocabulary import Soreness, Stage

Action = Literal["stop", "regress", "hold", "advance"]
Signal = Literal[
    "red_flag",
    "effusion_grade",
    "pain_during",
    "soreness",
    "next_morning_rise",
    "pain_rises",
    "quality",
    "reps_share",
    "adherence_14d",
]

ACTIONS: Final[tuple[Action, ...]] = ("stop", "regress", "hold", "advance")
FOLD_VERSION: Final = 1
"""Raised whenever the same events would mean something else; part of ``rules_version``."""


class PolicyError(ValueError):
    """A policy file that cannot be used; the message names the file and what is wrong."""


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Condition(_Strict, frozen=True):
    """One signal against one bound. ``says`` is the reason in plain words, ``basis`` its source."""

    rule: str
    signal: Signal
    says: str
    basis: str
    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    one_of: tuple[Soreness, ...] = ()
    is_true: bool = False


class Required(_Strict, frozen=True):
    """Signals without which nothing advances."""

    signals: tuple[Signal, ...]
    basis: str


class Advance(_Strict, frozen=True):
    """What a session has to show, how often in a row, and how fast a track may climb."""

    rule: str
    all_of: tuple[Condition, ...]
    consecutive_sessions: int
    max_step: int
    max_levels_per_7d: int
    sign_off_from: Stage
    basis: str


class Load(_Strict, frozen=True):
    """When the load may rise, and by how many per cent."""

    method: Literal["two_for_two"]
    from_stage: Stage
    extra_reps: int
    sessions: int
    increment_pct: tuple[float, float]
    basis: str


class Review(_Strict, frozen=True):
    """Days after which a track is to be looked at, and sessions in one stage that make a plateau."""

    after_days: int
    plateau_sessions: int
    basis: str


class Policy(_Strict, frozen=True):
    """One released version of a policy."""

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


def find(name: str, version: int) -> Policy | None:
    """The released policy of that name and version, or None."""
    return _released().get((name, version))


def policies() -> tuple[Policy, ...]:
    """All released policies, by name and version."""
    return tuple(policy for _, policy in sorted(_released().items()))


@cache
def rules_version() -> str:
    """16 hex digits naming the rules that states are derived under: policies, measure registry and fold."""
    directions = {each.measure: each.direction for each in measures()}
    rules = [FOLD_VERSION, REGISTRY_VERSION, directions, policies()]
    content = msgspec.json.encode(rules, order="deterministic")
    return hashlib.sha256(content).hexdigest()[:16]


def policy_from(text: str, place: str) -> Policy:
    """The policy in this YAML text; raises ``PolicyError`` naming the place and the complaint."""
    try:
        policy = msgspec.convert(yaml.safe_load(text), Policy)
    except (yaml.YAMLError, msgspec.ValidationError) as problem:
        raise PolicyError(f"The policy {place} cannot be used: {problem}. Correct the file.") from problem
    for complaint in _complaints(policy, place):
        raise PolicyError(f"The policy {place} cannot be used: {complaint}. Correct the file.")
    return policy


def _complaints(policy: Policy, place: str) -> list[str]:
    found = []
    if not place.endswith(f"{policy.policy}/v{policy.version}.yaml"):
        found.append(f"it calls itself {policy.policy} version {policy.version}")
    if policy.order != ACTIONS:
        found.append(f"its order must be {', '.join(ACTIONS)}")
    if policy.advance.max_step != 1 or policy.advance.consecutive_sessions < 1:
        found.append("a decision may move one step, after at least one session")
    for condition in conditions(policy):
        if _bounds(condition) != 1:
            found.append(f"the rule {condition.rule} must have one bound")
        if not condition.basis.strip():
            found.append(f"the rule {condition.rule} must name its basis")
    names = [condition.rule for condition in conditions(policy)]
    if len(set(names)) != len(names):
        found.append("two rules have the same name")
    return found


def conditions(policy: Policy) -> tuple[Condition, ...]:
    """All conditions of a policy, in the order in which they are looked at."""
    return (*policy.stop, *policy.regress, *policy.hold, *policy.advance.all_of)


def _bounds(condition: Condition) -> int:
    numbers = (condition.above, condition.at_least, condition.below, condition.at_most)
    given: list[Any] = [number for number in numbers if number is not None]
    return len(given) + bool(condition.one_of) + condition.is_true


@cache
def _released() -> dict[tuple[str, int], Policy]:
    folder = files("streams.progression").joinpath("policies")
    released = {}
    for policy_folder in folder.iterdir():
        if not policy_folder.is_dir():
            continue
        for file in policy_folder.iterdir():
            if file.name.endswith(".yaml"):
                place = f"{policy_folder.name}/{file.name}"
                policy = policy_from(file.read_text(encoding="utf-8"), place)
                released[policy.policy, policy.version] = policy
    return released
