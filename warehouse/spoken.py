"""Checks of what the sources said, derived from their contracts: words, ranges, and what must be there."""

from collections.abc import Iterator
from functools import cache
from typing import Final

from contracts.derive import Expectation, expectations
from contracts.events import EVENT_TYPES
from contracts.registry import Registry, load
from warehouse.catalogue import Check, row_check
from warehouse.columns import fields_of

EVENTS: Final = "lake.events"
NOT_COLUMNS: Final = ("schema_version",)
LISTS: Final = ("tracks", "techniques", "muscle_groups", "goals")


@cache
def spoken_checks() -> tuple[Check, ...]:
    """The checks of all contracts of the registry, those of one source and event type beside one another."""
    return (*_of_sources(load()), *_required(), _known_source(load()))


def _of_sources(registry: Registry) -> Iterator[Check]:
    for source in registry.sources():
        for each in _merged(registry, source):
            among = f"m.source = {_text(source)} AND m.event_type = {_text(each.event_type)}"
            name = f"{source}.{each.event_type}.{each.field}"
            yield row_check(
                name,
                "conformance",
                "refuse",
                EVENTS,
                f"What {source} says of {each.field} is what its contract allows.",
                f"m.{each.field} IS NOT NULL AND NOT ({_fits(each)})",
                among,
            )


def _merged(registry: Registry, source: str) -> tuple[Expectation, ...]:
    """Of all versions of a contract together: older events are there too."""
    found: dict[tuple[str, str], Expectation] = {}
    for version in registry.versions(source):
        for each in expectations(registry.contract(source, version)):
            before = found.get((each.event_type, each.field), each)
            found[each.event_type, each.field] = Expectation(
                each.event_type,
                each.field,
                tuple(sorted({*before.words, *each.words})),
                _widest(min, before.low, each.low),
                _widest(max, before.high, each.high),
            )
    return tuple(found.values())


def _widest(choose, one: float | None, other: float | None) -> float | None:  # type: ignore[no-untyped-def]
    return None if one is None or other is None else choose(one, other)


def _fits(expected: Expectation) -> str:
    if expected.words:
        return f"m.{expected.field} IN ({', '.join(map(_text, expected.words))})"
    bounds = [f"m.{expected.field} >= {expected.low!r}"] if expected.low is not None else []
    bounds += [f"m.{expected.field} <= {expected.high!r}"] if expected.high is not None else []
    return " AND ".join(bounds) or "true"


def _required() -> Iterator[Check]:
    """Every event of a type carries what its class requires."""
    for name, kind in EVENT_TYPES.items():
        needed = [
            each for each, field in fields_of(kind).items() if field.required and each not in NOT_COLUMNS
        ]
        missing = " OR ".join(f"m.{each} IS NULL" for each in needed)
        says = f"Every {name} carries {', '.join(needed)}."
        among = f"m.event_type = {_text(name)}"
        yield row_check(
            f"events.{name}.required", "completeness", "refuse", EVENTS, says, f"({missing})", among
        )


def _known_source(registry: Registry) -> Check:
    known = ", ".join(map(_text, registry.sources()))
    return row_check(
        "events.source",
        "conformance",
        "refuse",
        EVENTS,
        "Every event comes from a source that has a contract.",
        f"m.source NOT IN ({known})",
    )


def _text(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
