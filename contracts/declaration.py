"""Reads a contract's document, already held against the metaschema, into the frozen types."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any, Final, get_args

import msgspec

from contracts import vocabulary
from contracts.contract import (
    DEFAULT_LATENESS_DAYS,
    DEFAULT_MAX_BYTES,
    Condition,
    Contract,
    Field,
    Moment,
    Rule,
    TargetRule,
    Value,
)
from contracts.events import EVENT_TYPES, Envelope

FILLED_IN_BY_THE_DOOR: Final = frozenset(
    {
        *(each.name for each in msgspec.structs.fields(Envelope)),
        "corrects",
        "retracts",
        "changes",
        "other_key",
    }
)
REFERENCES: Final = ("episode_id", "session_id", "therapist", "rater")
"""Canonical fields that hold a random key of the vault; a contract may fill them only from references."""

Document = Mapping[str, Any]


def contract_from(document: Document, source: str, version: int) -> Contract:
    """The contract that a well-formed document declares; ``source`` and ``version`` come from its path."""
    own = custom(document)
    record = document["schema"][0]
    fields = tuple(_field(each) for each in record["properties"])
    rules = tuple(_rule(each, fields) for each in own["events"])
    return Contract(
        source=source,
        version=version,
        title=document["name"],
        owner=document["team"]["name"],
        format=own["format"],
        description=document["description"]["purpose"],
        patient_field=own["patient"],
        fields=fields,
        rules=rules,
        lateness_days=own.get("latenessDays", DEFAULT_LATENESS_DAYS),
        cadence_hours=own.get("cadenceHours"),
        max_bytes=own.get("maxBytes", DEFAULT_MAX_BYTES),
        patient_namespace=own.get("patientNamespace"),
    )


def custom(element: Document) -> dict[str, Any]:
    """The custom properties of an element by name."""
    return {each["property"]: each["value"] for each in element.get("customProperties", ())}


def _field(element: Document, name: str | None = None, privacy: str = "") -> Field:
    """A property of the schema; what an array holds takes name and privacy class of the array."""
    own, options = custom(element), element.get("logicalTypeOptions", {})
    name, privacy = element.get("name", name or ""), element.get("classification", privacy)
    unit = own.get("unit") or (f"in {own['unitField']}" if "unitField" in own else None)
    return Field(
        name=name,
        type=element["logicalType"],
        required=element.get("required", False),
        unit=unit,
        privacy=privacy,
        description=element.get("description", ""),
        enumeration=_words(element, own),
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        max_length=options.get("maxLength", 200),
        max_items=options.get("maxItems", 50),
        format=options.get("format"),
        item=_field(element["items"], name, privacy) if "items" in element else None,
        fields=tuple(_field(each, None, privacy) for each in element.get("properties", ())),
    )


def _words(element: Document, own: Document) -> tuple[Any, ...]:
    if "vocabulary" in own:
        return get_args(getattr(vocabulary, own["vocabulary"], None)) or (None,)
    return tuple(each["value"] for each in element.get("enum", ()))


def _rule(element: Document, fields: tuple[Field, ...]) -> Rule:
    values = tuple({name: Value(source=name) for name in element.get("copy", ())}.items())
    values += tuple((name, _value(each, fields)) for name, each in element.get("fields", {}).items())
    references = tuple((name, Value(source=each)) for name, each in element.get("references", {}).items())
    target = element.get("target")
    rule = Rule(
        name=element["name"],
        event_type=element["event"],
        condition=_condition(element.get("when", {})),
        identity=tuple(_value(each, fields) for each in element["identity"]),
        moment=_moment(element["occurredAt"]),
        values=values,
        references=references,
        target=TargetRule(target["rule"], tuple(_value(each, fields) for each in target["identity"]))
        if target
        else None,
        other_subject=element.get("otherPatient"),
    )
    required = dict.fromkeys([*_needed_by(rule), *element.get("requires", ())])
    return replace(rule, required=tuple(required))


def _value(element: Any, fields: tuple[Field, ...]) -> Value:
    if isinstance(element, str):
        return Value(source=element)
    if "constant" in element:
        return Value(constant=element["constant"])
    if "score" in element:
        return Value(score=element["score"], answers=tuple(element["items"]))
    source = element["from"]
    declared = next((each.unit for each in fields if each.name == source), None)
    return Value(
        source=source,
        unit=None if "unitField" in element else element.get("unit", declared),
        unit_field=element.get("unitField"),
        to=element.get("to"),
        codes=tuple(element.get("codes", {}).items()),
        items=tuple(element.get("items", {}).items()),
    )


def _moment(element: Any) -> Moment:
    if isinstance(element, str):
        return Moment(source=element)
    return Moment(
        first_day=date.fromisoformat(element["date"]),
        at=time.fromisoformat(element["at"]),
        zone=element["zone"],
        day_field=element.get("dayField"),
    )


def _condition(element: Document) -> Condition:
    return Condition(
        equals=tuple(element.get("equals", {}).items()),
        present=tuple(element.get("present", ())),
        any_present=tuple(element.get("anyPresent", ())),
    )


def _needed_by(rule: Rule) -> list[str]:
    """Fields without which the rule's event could not be said."""
    kind = EVENT_TYPES.get(rule.event_type)
    if kind is None:
        return []
    needed = {each.name for each in msgspec.structs.fields(kind) if each.required} - FILLED_IN_BY_THE_DOOR
    values = [value for name, value in (*rule.values, *rule.references) if name in needed]
    values += rule.identity
    values += rule.target.identity if rule.target else ()
    named = [value.source for value in values] + [value.unit_field for value in values]
    named += [rule.moment.source, rule.moment.day_field, rule.other_subject]
    named += [rule.target.rule_field] if rule.target else []
    return [name for name in named if name is not None]
