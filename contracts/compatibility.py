"""Compares two versions of a contract: what a sender or a reader of the older one would stumble over.

A change is breaking when a record that was accepted is accepted no more, or means something else.
Breaking changes need a version of their own; the others may be made in place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from contracts.contract import Contract, Field, Rule

WIDENED = {("integer", "number")}


@dataclass(frozen=True)
class Change:
    """One difference: what kind it is, where, whether it breaks something, and a sentence about it."""

    kind: str
    path: str
    breaking: bool
    sentence: str


def compare(older: Contract, newer: Contract) -> tuple[Change, ...]:
    """Every difference that matters to a sender or a reader, in the order of the older contract."""
    return (
        *_of_contract(older, newer),
        *_of_fields(older.fields, newer.fields, "$"),
        *_of_rules(older, newer),
    )


def breaking(older: Contract, newer: Contract) -> tuple[Change, ...]:
    """The differences that break something; none for a compatible change."""
    return tuple(change for change in compare(older, newer) if change.breaking)


def _of_contract(older: Contract, newer: Contract) -> Iterator[Change]:
    for kind in ("format", "patient_field", "patient_namespace"):
        before, after = getattr(older, kind), getattr(newer, kind)
        if before != after:
            yield Change(kind, "$", True, f"{kind} was {before} and is {after}.")
    for kind in ("lateness_days", "max_bytes"):
        before, after = getattr(older, kind), getattr(newer, kind)
        if before != after:
            yield Change(kind, "$", after < before, f"{kind} was {before} and is {after}.")


def _of_fields(older: tuple[Field, ...], newer: tuple[Field, ...], path: str) -> Iterator[Change]:
    before, after = {each.name: each for each in older}, {each.name: each for each in newer}
    fresh = [each for each in newer if each.name not in before]
    for field in older:
        place = f"{path}.{field.name}"
        if field.name in after:
            yield from _of_field(field, after[field.name], place)
            continue
        twin = next((each for each in fresh if _same_but_name(field, each)), None)
        if twin is None:
            yield Change("removed", place, True, f"{field.name} is no longer taken.")
        else:
            fresh.remove(twin)
            yield Change("renamed", place, True, f"{field.name} is called {twin.name} now.")
    for field in fresh:
        said = "must be there" if field.required else "may be there"
        yield Change("added", f"{path}.{field.name}", field.required, f"{field.name} is added and {said}.")


def _same_but_name(one: Field, other: Field) -> bool:
    return (one.description, one.type, one.unit, one.enumeration) == (
        other.description,
        other.type,
        other.unit,
        other.enumeration,
    )


def _of_field(older: Field, newer: Field, path: str) -> Iterator[Change]:
    if older.type != newer.type:
        narrowed = (older.type, newer.type) not in WIDENED
        yield Change("type", path, narrowed, f"its type was {older.type} and is {newer.type}.")
    if older.required != newer.required:
        said = "must be there now" if newer.required else "may be left out now"
        yield Change("required", path, newer.required, f"it {said}.")
    for kind in ("unit", "privacy", "format"):
        before, after = getattr(older, kind), getattr(newer, kind)
        if before != after:
            yield Change(kind, path, True, f"its {kind} was {before} and is {after}.")
    yield from _of_bounds(older, newer, path)
    yield from _of_words(older, newer, path)
    if older.item is not None and newer.item is not None:
        yield from _of_field(older.item, newer.item, f"{path}[]")
    yield from _of_fields(older.fields, newer.fields, path)


def _of_bounds(older: Field, newer: Field, path: str) -> Iterator[Change]:
    for kind, sign in (("minimum", -1), ("maximum", 1), ("max_length", 1), ("max_items", 1)):
        before, after = getattr(older, kind), getattr(newer, kind)
        if before != after:
            narrowed = after is not None and (before is None or sign * after < sign * before)
            yield Change(kind, path, narrowed, f"its {kind} was {before} and is {after}.")


def _of_words(older: Field, newer: Field, path: str) -> Iterator[Change]:
    before, after = set(older.enumeration), set(newer.enumeration)
    if before == after:
        return
    gone = sorted(map(str, before - after)) if after else []
    narrowed = bool(gone) or (not before and bool(after))
    said = f"no longer {', '.join(gone)}" if gone else "other words than before"
    yield Change("words", path, narrowed, f"it takes {said}.")


def _of_rules(older: Contract, newer: Contract) -> Iterator[Change]:
    for rule in older.rules:
        found = newer.rule(rule.name)
        path = f"event {rule.name}"
        if found is None:
            yield Change("event_removed", path, True, f"{rule.event_type} is no longer said.")
        else:
            yield from _of_rule(rule, found, path)
    for rule in newer.rules:
        if older.rule(rule.name) is None:
            sentence = f"{rule.event_type} is said as well."
            yield Change("event_added", f"event {rule.name}", False, sentence)


def _of_rule(older: Rule, newer: Rule, path: str) -> Iterator[Change]:
    if older.identity != newer.identity or older.event_type != newer.event_type:
        said = "a record that is sent again would count twice"
        yield Change("identity", path, True, f"its identity changes: {said}.")
    if older.moment != newer.moment:
        yield Change("moment", path, True, "its time comes from elsewhere.")
    if older.condition != newer.condition:
        yield Change("condition", path, True, "it is said of other records.")
    asked = sorted(set(newer.required) - set(older.required))
    if asked:
        yield Change("required", path, True, f"it also needs {', '.join(asked)}.")
    before, after = dict(older.values + older.references), dict(newer.values + newer.references)
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield Change("meaning", f"{path}.{name}", name in before, f"{name} comes from elsewhere.")
    if (older.target, older.other_subject) != (newer.target, newer.other_subject):
        yield Change("target", path, True, "it speaks of other events.")


def breaks_between(contracts: tuple[Contract, ...]) -> dict[tuple[int, int], tuple[Change, ...]]:
    """The breaking changes from each version of a source to its next one, versions lowest first."""
    return {(one.version, other.version): breaking(one, other) for one, other in pairwise(contracts)}
