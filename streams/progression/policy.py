"""The released policies: read once, checked, laid out by condition and muscle group, and named by one hash.

A policy is data. The first rule that matches decides, in the order stop, regress, hold, advance.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import yaml

from contracts.measures.registry import REGISTRY_VERSION, measures
from streams.progression.policy_complaints import Complaint, shape_complaints
from streams.progression.policy_schema import (
    ACTIONS,
    SIGNALS,
    Action,
    Condition,
    Load,
    Policy,
    Signal,
    conditions,
)
from streams.progression.policy_sections import laid_over, with_numbers
from streams.progression.policy_soundness import complaints_of

__all__ = ["ACTIONS", "SIGNALS", "Action", "Condition", "Load", "Policy", "Signal", "conditions"]

FOLD_VERSION: Final = 2
"""Raised whenever the same events would mean something else; part of ``rules_version``."""


POLICIES: Final = files("streams.progression").joinpath("policies")
"""The folder of the released policies."""


_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PolicyError(ValueError):
    """A policy file that cannot be used; the message names the file and what is wrong."""


@dataclass(frozen=True)
class PolicyFile:
    """One version of a policy as it is written, and what it says for a condition and a muscle group."""

    place: str
    raw: Mapping[str, Any]
    general: Policy
    _laid: dict[tuple[int, ...], Policy] = field(default_factory=dict, compare=False, repr=False)

    def rules_for(self, condition: str, muscle_group: str) -> Policy:
        """The general part with every section laid over it that speaks of both."""
        fitting = tuple(
            place
            for place, section in enumerate(self.general.sections)
            if (not section.conditions or condition in section.conditions)
            and (not section.muscle_groups or muscle_group in section.muscle_groups)
        )
        known = self._laid.get(fitting)
        if known is None:
            chosen = [self.raw["sections"][place] for place in fitting]
            known = _converted(laid_over(self.raw, chosen)) if chosen else self.general
            self._laid[fitting] = known
        return known


def find(name: str, version: int) -> Policy | None:
    """The general part of the released policy of that name and version, or None."""
    known = _released().get((name, version))
    return None if known is None else known.general


@lru_cache(maxsize=4096)
def rules_of(policy: str, version: int, condition: str, muscle_group: str) -> Policy | None:
    """What a released policy says for this condition and muscle group; None where it is not known."""
    known = _released().get((policy, version))
    return None if known is None else known.rules_for(condition, muscle_group)


def policies() -> tuple[Policy, ...]:
    """All released policies with their sections, by name and version."""
    return tuple(each.general for _, each in sorted(_released().items()))


def released_files() -> tuple[PolicyFile, ...]:
    """All released policies as they are written, by name and version."""
    return tuple(each for _, each in sorted(_released().items()))


@cache
def rules_version() -> str:
    """16 hex digits naming the rules that states are derived under: policies, measure registry and fold."""
    directions = {each.measure: each.direction for each in measures()}
    rules = [FOLD_VERSION, REGISTRY_VERSION, directions, policies()]
    content = msgspec.json.encode(rules, order="deterministic")
    return hashlib.sha256(content).hexdigest()[:16]


def policy_from(text: str, place: str) -> Policy:
    """The general part of the policy in this YAML text; raises ``PolicyError`` naming what is wrong."""
    return policy_file_from(text, place).general


def policy_file_from(text: str, place: str) -> PolicyFile:
    """The policy in this YAML text, with its sections.

    ``place`` ends in ``<policy>/v<N>.yaml``. Raises ``PolicyError`` with the place and every complaint.
    """
    found, complaints = read_policy(text, place)
    wrong = [str(each) for each in complaints if each.severity == "error"]
    if found is None or wrong:
        raise PolicyError(f"The policy {place} cannot be used: {'; '.join(wrong)}. Correct the file.")
    return found


def read_policy(text: str, place: str) -> tuple[PolicyFile | None, tuple[Complaint, ...]]:
    """The policy in this YAML text (None where it cannot be read) and everything there is to say of it."""
    try:
        raw = yaml.load(text, _LOADER)  # noqa: S506 - the fast one of the two safe loaders
    except yaml.YAMLError as problem:
        said = " ".join(str(problem).split())
        return None, (Complaint("error", "the file", f"it is no YAML ({said})"),)
    wrong = shape_complaints(with_numbers(raw) if isinstance(raw, Mapping) else raw)
    if wrong:
        return None, wrong
    found = PolicyFile(place, raw, _converted(raw))
    unreadable = tuple(_of_sections(found))
    return (None, unreadable) if unreadable else (found, complaints_of(found, place))


def _of_sections(found: PolicyFile) -> list[Complaint]:
    """What is wrong with the shape of the policy once a section is laid over it."""
    complaints = []
    for place, raw in enumerate(found.raw.get("sections") or (), 1):
        for each in shape_complaints(with_numbers(laid_over(found.raw, [raw]))):
            complaints.append(Complaint(each.severity, f"section {place}, {each.where}", each.says))
    return complaints


def _converted(raw: Mapping[str, Any]) -> Policy:
    return msgspec.convert(with_numbers(raw), Policy)


@cache
def _released() -> dict[tuple[str, int], PolicyFile]:
    released = {}
    for policy_folder in POLICIES.iterdir():
        if not policy_folder.is_dir():
            continue
        for file in policy_folder.iterdir():
            if file.name.endswith(".yaml"):
                place = f"{policy_folder.name}/{file.name}"
                read = policy_file_from(file.read_text(encoding="utf-8"), place)
                released[read.general.policy, read.general.version] = read
    return released
