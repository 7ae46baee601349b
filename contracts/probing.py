"""The values with which a contract's mapping is probed: every word and every bound that it allows."""

from typing import Any

from contracts import units
from contracts.contract import NUMERIC, Contract, Field, Value
from contracts.measures.registry import find


def probes(value: Value, field: Field | None, contract: Contract) -> list[Any]:
    """Values that the canonical field could take: every word, or both bounds."""
    if value.score is not None:
        measure = find(value.score)
        return [] if measure is None else [measure.low, measure.high]
    if field is None:
        return [value.constant]
    if value.codes:
        return [word for _, word in value.codes]
    if field.item is not None:
        return _list_probes(value, field.item)
    found = _probes_of(field)
    if value.to is not None:
        unit_field = contract.field(value.unit_field) if value.unit_field else None
        spoken = unit_field.enumeration if unit_field else (value.unit,)
        return [units.convert(each, str(unit), value.to) for each in found for unit in spoken]
    return found


def _probes_of(field: Field) -> list[Any]:
    if field.enumeration:
        return list(field.enumeration)
    if field.type in NUMERIC:
        force = int if field.type == "integer" else float
        return [force(bound) for bound in (field.minimum, field.maximum) if bound is not None]
    others: dict[str, Any] = {"boolean": True, "date": "2000-01-01", "timestamp": "2000-01-01T00:00:00Z"}
    return [others.get(field.type, "any text")]


def _list_probes(value: Value, item: Field) -> list[Any]:
    if not item.fields:
        return [[each] for each in _probes_of(item)]
    own = dict(value.items) or {each.name: each.name for each in item.fields}
    words = {
        name: _probes_of(each) for name, inner in own.items() for each in item.fields if each.name == inner
    }
    longest = max(len(each) for each in words.values())
    full = [{name: each[min(i, len(each) - 1)] for name, each in words.items()} for i in range(longest)]
    always = {
        name for name, inner in own.items() for each in item.fields if each.name == inner and each.required
    }
    return [[each] for each in [*full, {name: full[0][name] for name in always}]]
