"""Holds a measurement against the registry of measures: known measure, its unit, its range."""

from collections.abc import Mapping
from typing import Any

from contracts.contract import Contract, Draft, Reason
from contracts.measures.registry import find


def complaints(draft: Draft, contract: Contract) -> list[Reason]:
    """Reasons against a measurement, or against the right values of one: the first that applies.

    unknown_measure, unit_mismatch (not the registry's unit), out_of_range (of the measure).
    """
    fields: Mapping[str, Any] = draft.fields
    if draft.event_type == "EventCorrected":
        if draft.target is None or draft.target.event_type != "OutcomeMeasured":
            return []
        fields = draft.fields["changes"]
    if "measure" not in fields:
        return []
    measure = find(fields["measure"])
    if measure is None:
        return [Reason("unknown_measure", _path(contract, "measure"))]
    if fields.get("unit", measure.unit) != measure.unit:
        return [Reason("unit_mismatch", _path(contract, "unit"))]
    if not measure.low <= fields.get("value", measure.low) <= measure.high:
        return [Reason("out_of_range", _path(contract, "value"))]
    return []


def _path(contract: Contract, canonical: str) -> str:
    """Path of the record's field from which a canonical one comes; ``$`` for a constant."""
    for rule in contract.rules:
        if rule.event_type == "OutcomeMeasured":
            source = dict(rule.values)[canonical].source
            return f"$.{source}" if source else "$"
    return "$"
