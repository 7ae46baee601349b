"""What the policy files say of each rule, read as data: what it does, and what an advance asks at least."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

import yaml

SIDES: Final = {"at_most": max, "below": max, "at_least": min, "above": min}
"""Bounds of a criterion, and which of several is the wider one."""
LOWEST, HIGHEST = "S0", "S6"


def policy_files() -> Iterator[dict[str, Any]]:
    """Each released policy as its file says it."""
    for folder in files("streams.progression").joinpath("policies").iterdir():
        for each in folder.iterdir() if folder.is_dir() else ():
            if each.name.endswith(".yaml"):
                yield yaml.safe_load(each.read_text(encoding="utf-8"))


def actions_of(policy: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One row for each rule of a policy, its sections included: what it may do to a stage."""
    found = {
        (action, each["rule"])
        for part in _parts(policy)
        for action in ("stop", "regress", "hold")
        for each in part.get(action, ())
    }
    found |= {
        ("advance", part["advance"]["rule"]) for part in _parts(policy) if "rule" in part.get("advance", {})
    }
    for action, rule in sorted(found):
        yield _named(policy) | {"rule": rule, "action": action}


def criteria_of(policy: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One row for each bound that every advance under the policy keeps, whatever section holds for it.

    Of a rule that sections replace the widest bound counts; one that a section takes away counts nowhere.
    """
    parts = _parts(policy)
    gone = {rule for part in parts for rule in part.get("without", ())}
    for each in policy["advance"]["all_of"]:
        if each["rule"] in gone or "when" in each:
            continue
        alike = [
            (part, one)
            for part in parts
            for one in part.get("advance", {}).get("all_of", ())
            if one["rule"] == each["rule"]
        ]
        for side, wider in SIDES.items():
            bounds = [
                _bound(policy, part, one, side) for part, one in alike if one["signal"] == each["signal"]
            ]
            if len(bounds) == len(alike) and None not in bounds:
                yield _named(policy) | {
                    "rule": each["rule"],
                    "signal": each["signal"],
                    "side": side,
                    "bound": wider(bounds),
                    "from_stage": max(one.get("from_stage", LOWEST) for _, one in alike),
                    "up_to_stage": min(one.get("up_to_stage", HIGHEST) for _, one in alike),
                }


def _parts(policy: dict[str, Any]) -> list[dict[str, Any]]:
    return [policy, *policy.get("sections", ())]


def _named(policy: dict[str, Any]) -> dict[str, Any]:
    return {"policy": policy["policy"], "policy_version": policy["version"]}


def _bound(
    policy: dict[str, Any], part: dict[str, Any], criterion: dict[str, Any], side: str
) -> float | None:
    """The bound as a number; a name stands for a number of the section, else of the policy."""
    said = criterion.get(side)
    if said is None:
        return None
    numbers = policy.get("numbers", {}) | part.get("numbers", {})
    return float(numbers[said]["value"] if isinstance(said, str) else said)
