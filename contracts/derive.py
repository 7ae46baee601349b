"""What follows from a contract: JSON Schema, raw topic, expectations of its events, entry in a catalogue."""

from dataclasses import dataclass
from typing import Any, Final

from contracts.contract import NUMERIC, Condition, Contract, Field, Rule, Value
from contracts.probing import probes
from contracts.topics import Topic, raw_topic, topics

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
CLEAN_TEXT: Final = r"^[^\x00-\x1f\x7f]*[^\x00-\x1f\x7f\s][^\x00-\x1f\x7f]*$"
"""Some text that shows, and no control characters, which could forge a separator."""
MOMENT_LENGTH: Final = 64


def json_schema(contract: Contract) -> dict[str, Any]:
    """JSON Schema (2020-12) of one record. Fields that it does not name are allowed, and dropped."""
    schema: dict[str, Any] = {
        "$schema": DIALECT,
        "title": f"{contract.source} v{contract.version}",
        "description": contract.description,
    }
    schema |= _object(contract.fields)
    branches = [branch for rule in contract.rules if (branch := _branch(rule, contract))]
    return schema | ({"allOf": branches} if branches else {})


def _object(fields: tuple[Field, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [each.name for each in fields if each.required],
        "properties": {each.name: property_of(each) for each in fields},
    }


def property_of(field: Field) -> dict[str, Any]:
    """JSON Schema of one field's value."""
    if field.enumeration:
        return {"enum": list(field.enumeration)}
    if field.type in NUMERIC:
        bounds = {"minimum": field.minimum, "maximum": field.maximum}
        return {"type": field.type} | {name: each for name, each in bounds.items() if each is not None}
    if field.type == "array" and field.item is not None:
        return {"type": "array", "maxItems": field.max_items, "items": property_of(field.item)}
    if field.type == "object":
        return _object(field.fields)
    if field.type == "boolean":
        return {"type": "boolean"}
    if field.type in ("date", "timestamp"):
        return {"type": "string", "maxLength": MOMENT_LENGTH}
    return {"type": "string", "maxLength": field.max_length, "pattern": CLEAN_TEXT}


def _branch(rule: Rule, contract: Contract) -> dict[str, Any] | None:
    """What a rule asks for beyond what every record must carry."""
    always = {each.name for each in contract.fields if each.required}
    asked = [name for name in rule.required if name not in always]
    if not asked:
        return None
    return {"if": _when(rule.condition), "then": {"required": asked}}


def _when(condition: Condition) -> dict[str, Any]:
    named = [*(name for name, _ in condition.equals), *condition.present]
    when: dict[str, Any] = {
        "required": named,
        "properties": {name: {"const": value} for name, value in condition.equals},
    }
    if condition.any_present:
        when["anyOf"] = [{"required": [name]} for name in condition.any_present]
    return when


def topic_of(contract: Contract) -> Topic:
    """The raw topic to which the source may write when it speaks Kafka."""
    name = raw_topic(contract.source)
    return next(each for each in topics([contract.source]) if each.name == name)


@dataclass(frozen=True)
class Expectation:
    """What the events of a source hold in one field: words, or numbers from ``low`` to ``high``."""

    event_type: str
    field: str
    words: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


def expectations(contract: Contract) -> tuple[Expectation, ...]:
    """One per event type and field with a closed list or bounds, in canonical units, sorted."""
    said: dict[tuple[str, str], list[Any]] = {}
    for rule in contract.rules:
        for name, value in rule.values:
            said.setdefault((rule.event_type, name), []).extend(_closed(value, contract))
    return tuple(
        _expectation(event_type, name, found) for (event_type, name), found in sorted(said.items()) if found
    )


def _closed(value: Value, contract: Contract) -> list[Any]:
    """The words or bounds of a value; none for free text, moments, truth values and lists."""
    field = contract.field(value.source) if value.source else None
    free = field is not None and not field.enumeration and field.type not in NUMERIC
    found = [] if free else probes(value, field, contract)
    return [each for each in found if isinstance(each, str | int | float) and not isinstance(each, bool)]


def _expectation(event_type: str, name: str, found: list[Any]) -> Expectation:
    if any(isinstance(each, str) for each in found):
        return Expectation(event_type, name, words=tuple(sorted(map(str, set(found)))))
    return Expectation(event_type, name, low=min(found), high=max(found))


def catalogue(contract: Contract) -> list[dict[str, Any]]:
    """One row per field, for people: where it stands, what it means, and how private it is."""
    return [
        {
            "source": contract.source,
            "version": contract.version,
            "field": each.name,
            "type": each.type,
            "required": each.required,
            "unit": each.unit,
            "privacy": each.privacy,
            "meaning": each.description,
        }
        for each in contract.fields
    ]
