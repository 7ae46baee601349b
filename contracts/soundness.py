"""Whether a contract can keep its word: every record that it accepts must become events that decode.

The metaschema sees the shape of a contract; this sees its sense. Canonical fields are probed with the
words and bounds that the contract allows, by the same decoder that reads events.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, get_type_hints

import msgspec

from contracts import units
from contracts.checks import is_zone
from contracts.contract import NUMERIC, Contract, Field, Rule, Value
from contracts.declaration import FILLED_IN_BY_THE_DOOR, REFERENCES
from contracts.events import EVENT_TYPES
from contracts.measures.registry import find
from contracts.measures.scorers import SCORERS
from contracts.probing import probes

CANONICAL_UNITS: Final = {"load_kg": "kg", "range_deg": "deg", "peak_force_n": "N", "duration_min": "min"}
STOPS_AT_THE_DOOR: Final = ("identifier", "reference")
SPOKEN_OF: Final = ("EventCorrected", "EventRetracted")


def complaints(contract: Contract) -> list[str]:
    """One sentence per thing that does not make sense; none for a sound contract."""
    said = [*_of_fields(contract.fields, contract), *_of_person(contract)]
    known = {each.name for each in contract.fields}
    for rule in contract.rules:
        said += [f"event {rule.name}: {each}" for each in _of_rule(rule, contract, known)]
    names = [rule.name for rule in contract.rules]
    said += [
        f"event {name}: there are two of that name."
        for name in sorted({n for n in names if names.count(n) > 1})
    ]
    return said


def _of_fields(fields: tuple[Field, ...], contract: Contract) -> Iterator[str]:
    names = [each.name for each in fields]
    for field in fields:
        if names.count(field.name) > 1:
            yield f"field {field.name}: it is declared twice."
        yield from (f"field {field.name}: {each}" for each in _of_field(field, contract))
        if field.item is not None:
            yield from _of_fields(field.item.fields, contract)
            if not field.item.fields:
                yield from (
                    f"field {field.name}: its items: {each}" for each in _of_field(field.item, contract)
                )


def _of_field(field: Field, contract: Contract) -> Iterator[str]:
    if None in field.enumeration:
        yield "there is no such vocabulary; contracts/vocabulary.py has the closed lists."
    if field.type in NUMERIC and not field.enumeration:
        if field.unit is None:
            yield "a number needs a unit; add the custom property unit or unitField."
        if field.minimum is None or field.maximum is None:
            yield "a number needs bounds; add minimum and maximum to logicalTypeOptions."
        elif field.minimum > field.maximum:
            yield "its minimum is above its maximum."
    if contract.format == "csv" and field.type in ("array", "object"):
        yield "a cell of a CSV file holds one value; lists need format json or jsonl."


def _of_person(contract: Contract) -> Iterator[str]:
    field = contract.field(contract.patient_field)
    if field is None:
        yield f"patient: there is no field {contract.patient_field!r}."
    elif not (field.required and field.type == "string" and field.privacy == "identifier"):
        yield f"patient: {field.name} must be a required string of classification identifier."


def _of_rule(rule: Rule, contract: Contract, known: set[str]) -> Iterator[str]:
    kind = EVENT_TYPES.get(rule.event_type)
    if kind is None:
        yield f"{rule.event_type!r} is no event; there are {', '.join(EVENT_TYPES)}."
        return
    unknown = sorted(_named_in(rule) - known)
    if unknown:
        yield f"it names {', '.join(unknown)}, which the schema does not declare."
        return
    yield from _of_moment(rule, contract)
    yield from _of_target(rule, contract)
    yield from _of_canonical(rule, contract)


def _named_in(rule: Rule) -> set[str]:
    values = [value for _, value in (*rule.values, *rule.references)] + list(rule.identity)
    values += rule.target.identity if rule.target else ()
    named: set[str | None] = {field for value in values for field in value.named}
    named |= {value.unit_field for value in values}
    named |= {name for name, _ in rule.condition.equals}
    named |= {*rule.condition.present, *rule.condition.any_present, *rule.required}
    named |= {rule.moment.source, rule.moment.day_field, rule.other_subject}
    named |= {rule.target.rule_field} if rule.target else set()
    return {name for name in named if name is not None}


def _of_moment(rule: Rule, contract: Contract) -> Iterator[str]:
    source = contract.field(rule.moment.source) if rule.moment.source else None
    if source is not None and source.type != "timestamp":
        yield f"occurredAt: {source.name} must be a timestamp."
    if rule.moment.zone is not None and not is_zone(rule.moment.zone):
        yield f"occurredAt: {rule.moment.zone!r} is no IANA time zone."
    day = contract.field(rule.moment.day_field) if rule.moment.day_field else None
    if day is not None and day.type != "integer":
        yield f"occurredAt: {day.name} must be an integer, day 1 being the date."


def _of_target(rule: Rule, contract: Contract) -> Iterator[str]:
    if (rule.event_type in SPOKEN_OF) != (rule.target is not None):
        yield f"a target belongs to {' and '.join(SPOKEN_OF)}, and to nothing else."
    if (rule.event_type == "PatientsMerged") != (rule.other_subject is not None):
        yield "otherPatient belongs to PatientsMerged, and to nothing else."
    if rule.target is not None:
        field = contract.field(rule.target.rule_field)
        names = {each.name for each in contract.rules if each.target is None}
        strangers = sorted(str(each) for each in set(field.enumeration if field else ()) - names)
        if strangers or field is None or not field.enumeration:
            yield f"target: {rule.target.rule_field} must enumerate names of events, not {strangers}."


def _of_canonical(rule: Rule, contract: Contract) -> Iterator[str]:
    types = _types(rule.event_type)
    mapped = dict(rule.values)
    for name, value in rule.references:
        if name not in types or name not in REFERENCES:
            yield f"{rule.event_type} has no reference {name!r}."
        yield from _of_reference(value.source, contract)
    yield from _of_reference(rule.other_subject, contract)
    for name, value in mapped.items():
        if name not in types or name in REFERENCES:
            yield f"{rule.event_type} has no field {name!r} that a contract may fill."
        else:
            yield from (f"{name}: {each}" for each in _of_value(name, value, types[name], contract))
    needed = {each.name for each in msgspec.structs.fields(EVENT_TYPES[rule.event_type]) if each.required}
    missing = sorted(needed - FILLED_IN_BY_THE_DOOR - mapped.keys() - {name for name, _ in rule.references})
    if missing:
        yield f"{rule.event_type} also needs {', '.join(missing)}."


def _of_reference(source: str | None, contract: Contract) -> Iterator[str]:
    field = contract.field(source) if source else None
    if field is not None and not (field.type == "string" and field.privacy in STOPS_AT_THE_DOOR):
        yield f"{field.name} must be a string of classification reference or identifier."


@cache
def _types(event_type: str) -> dict[str, Any]:
    hints = get_type_hints(EVENT_TYPES[event_type], include_extras=True)
    return {name: kind for name, kind in hints.items() if name not in FILLED_IN_BY_THE_DOOR}


def _of_value(name: str, value: Value, kind: Any, contract: Contract) -> Iterator[str]:
    if value.score is not None:
        yield from _of_score(name, value, contract)
        return
    field = contract.field(value.source) if value.source else None
    if field is not None:
        if field.privacy in STOPS_AT_THE_DOOR:
            yield f"{field.name} is of class {field.privacy} and stops at the door; map it under references."
            return
        problem = _unit_problem(name, value, field, contract) or _code_problem(value, field)
        if problem:
            yield problem
            return
    for probe in probes(value, field, contract):
        try:
            msgspec.convert(probe, kind)
        except msgspec.ValidationError as refused:
            yield f"{probe!r} would be accepted, but the event refuses it ({refused})."
            return


def _of_score(name: str, value: Value, contract: Contract) -> Iterator[str]:
    """A score needs a measure with a scorer, and as many numbers within the ends of its items."""
    measure = find(str(value.score))
    if measure is None or measure.measure not in SCORERS or measure.items is None:
        yield f"nothing scores {value.score!r}; there are {', '.join(sorted(SCORERS))}."
        return
    if name != "value" or len(value.answers) != measure.items:
        yield f"{measure.measure} is scored from {measure.items} items, and gives a value."
    for field in map(contract.field, value.answers):
        if field is None or field.type not in NUMERIC or field.privacy in STOPS_AT_THE_DOOR:
            yield "items are numbers of class clinical."
        elif (field.minimum, field.maximum) != (measure.item_low, measure.item_high):
            yield f"{field.name} must lie between {measure.item_low:g} and {measure.item_high:g}."


def _unit_problem(name: str, value: Value, field: Field, contract: Contract) -> str | None:
    wanted = CANONICAL_UNITS.get(name)
    if value.to is None:
        fits = wanted is None or field.unit == wanted
        return None if fits else f"it is in {wanted}, and {field.name} in {field.unit}; convert it with to."
    if wanted is not None and value.to != wanted:
        return f"it is in {wanted}, not in {value.to}."
    unit_field = contract.field(value.unit_field) if value.unit_field else None
    spoken = unit_field.enumeration if unit_field else (value.unit,)
    wrong = [str(each) for each in spoken if each is None or not units.convertible(str(each), value.to)]
    if wrong or not spoken:
        return f"{', '.join(wrong) or 'no unit'} does not convert to {value.to}; see contracts/units.py."
    return None


def _code_problem(value: Value, field: Field) -> str | None:
    if value.codes and {code for code, _ in value.codes} != set(field.enumeration):
        return f"its codes must be exactly the words that {field.name} enumerates."
    return None
