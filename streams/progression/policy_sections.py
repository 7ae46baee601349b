"""Lays the sections of a policy over its general part, and puts numbers in the place of their names."""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

BOUNDS: Final = ("above", "at_least", "below", "at_most")
_KINDS: Final = ("stop", "regress", "hold")
_BLOCKS: Final = ("required", "effusion", "load", "review")
_NAMED: Final = re.compile(r"\{(\w+)(:%)?\}")
"""A number's name in a sentence: ``{pain_safe}``, or ``{quality_good:%}`` for per cent."""


def laid_over(general: Mapping[str, Any], sections: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The general part with these sections over it, one after the other; nothing that is given changes."""
    merged = dict(general)
    for section in sections:
        merged["numbers"] = {**_mapping(merged, "numbers"), **_mapping(section, "numbers")}
        without = set(section.get("without") or ())
        for kind in _KINDS:
            merged[kind] = _rules(merged.get(kind), section.get(kind), without)
        for block in _BLOCKS:
            if section.get(block):
                merged[block] = {**_mapping(merged, block), **_mapping(section, block)}
        change = _mapping(section, "advance")
        advance = {**_mapping(merged, "advance"), **change}
        advance["all_of"] = _rules(_mapping(merged, "advance").get("all_of"), change.get("all_of"), without)
        merged["advance"] = advance
    return merged


def with_numbers(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The policy with each named number in the place of its name, also in what rules say.

    A name that is not known stays.
    """
    values = {
        name: (number["value"], number.get("basis", ""))
        for name, number in _mapping(raw, "numbers").items()
        if isinstance(number, Mapping) and "value" in number
    }
    filled = dict(raw)
    for kind in _KINDS:
        if kind in filled:
            filled[kind] = _filled(filled[kind], values)
    if isinstance(filled.get("advance"), Mapping) and "all_of" in filled["advance"]:
        filled["advance"] = {
            **filled["advance"],
            "all_of": _filled(filled["advance"]["all_of"], values),
        }
    return filled


def names_used(raw: Mapping[str, Any]) -> set[str]:
    """The names of numbers that the rules of a policy, or of a section, stand on."""
    rules = [rule for kind in _KINDS for rule in raw.get(kind) or ()]
    rules += _mapping(raw, "advance").get("all_of") or ()
    bounds = [rule for rule in rules if isinstance(rule, Mapping)]
    bounds += [rule["when"] for rule in bounds if isinstance(rule.get("when"), Mapping)]
    said = [
        str(rule.get(name, "")) for rule in rules if isinstance(rule, Mapping) for name in ("says", "advice")
    ]
    return {rule[name] for rule in bounds for name in BOUNDS if isinstance(rule.get(name), str)} | {
        found[1] for text in said for found in _NAMED.finditer(text)
    }


def _mapping(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = raw.get(name)
    return dict(found) if isinstance(found, Mapping) else {}


def _rules(general: Any, section: Any, without: set[str]) -> Any:
    if not isinstance(general, list) or not isinstance(section or [], list):
        return general
    changed = {str(rule.get("rule")): rule for rule in section or () if isinstance(rule, Mapping)}
    kept = [
        changed.pop(str(rule.get("rule")), rule)
        for rule in general
        if isinstance(rule, Mapping) and str(rule.get("rule")) not in without
    ]
    return [*kept, *changed.values()]


def _filled(rules: Any, values: Mapping[str, tuple[float, str]]) -> Any:
    if not isinstance(rules, list):
        return rules
    return [_bounded(rule, values) if isinstance(rule, Mapping) else rule for rule in rules]


def _bounded(rule: Mapping[str, Any], values: Mapping[str, tuple[float, str]]) -> dict[str, Any]:
    filled = dict(rule)
    for name in BOUNDS:
        known = values.get(filled[name]) if isinstance(filled.get(name), str) else None
        if known is not None:
            filled[name] = known[0]
            if "rule" in filled:
                filled.setdefault("basis", known[1])
    for name in ("says", "advice"):
        if isinstance(filled.get(name), str):
            filled[name] = _NAMED.sub(partial(_in_words, values), filled[name])
    if isinstance(filled.get("when"), Mapping):
        filled["when"] = _bounded(filled["when"], values)
    return filled


def _in_words(values: Mapping[str, tuple[float, str]], named: re.Match[str]) -> str:
    known = values.get(named[1])
    if known is None or isinstance(known[0], bool) or not isinstance(known[0], int | float):
        return named[0]
    return f"{known[0] * 100:g} %" if named[2] else f"{known[0]:g}"
