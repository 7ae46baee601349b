"""Decides whether a record may come in, and which events it says: pure, total, one way for every door.

``accept`` knows no clock, no identity and no person: the door makes random keys of the subject and of
the references, and decides what is new.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jsonschema_rs

from contracts import cells, checks, measurement
from contracts.contract import Accepted, Contract, Draft, Field, Reason, Rejected
from contracts.derive import json_schema
from contracts.mapping import Changes, ReadyRule, Unmappable, drafts_of, ready
from contracts.parse import Unreadable, parse, parse_mapping

__all__ = ["Accepted", "Rejected", "accept"]


@dataclass(frozen=True, eq=False)
class Plan:
    """A contract made ready: everything that does not depend on the record."""

    validator: jsonschema_rs.Validator
    known: frozenset[str]
    nested: tuple[tuple[str, frozenset[str]], ...]
    readers: tuple[tuple[str, Callable[[str, str], Any]], ...]
    rules: tuple[ReadyRule, ...]
    changes: Changes


@lru_cache(maxsize=256)
def plan_of(contract: Contract) -> Plan:
    """The contract's plan, made once."""
    rules = ready(contract)
    return Plan(
        validator=jsonschema_rs.Draft202012Validator(json_schema(contract)),
        known=frozenset(each.name for each in contract.fields),
        nested=tuple((each.name, _inner(each)) for each in contract.fields if _inner(each)),
        readers=checks.readers(contract),
        rules=rules,
        changes=Changes(contract, rules),
    )


def _inner(field: Field) -> frozenset[str]:
    held = field.item.fields if field.item else field.fields
    return frozenset(each.name for each in held)


def accept(raw: bytes | Mapping[str, Any], contract: Contract) -> Accepted | Rejected:
    """What the record says, or why it may not say it; never raises.

    raw: the bytes of a JSON object, or a row of a CSV file as column -> text.
    Reasons are codes with paths, never values of the record.
    """
    try:
        record, reasons = _record(raw, contract)
        if reasons:
            return Rejected(tuple(reasons[: checks.MOST_REASONS]))
        return _judged(record, contract, plan_of(contract))
    except Unreadable as refused:
        return Rejected((_told(refused.reason, contract),))
    except Unmappable as refused:
        return Rejected((refused.reason,))


def _told(reason: Reason, contract: Contract) -> Reason:
    """The reason, with a path only where the contract knows the field: a stranger's name may identify."""
    known = {f"$.{each.name}" for each in contract.fields}
    return reason if reason.path in known else Reason(reason.code, "$")


def _record(raw: bytes | Mapping[str, Any], contract: Contract) -> tuple[dict[str, Any], list[Reason]]:
    """The record without fields that are null, and what is wrong with its cells."""
    limit = contract.max_bytes
    parsed = parse_mapping(raw, limit) if isinstance(raw, Mapping) else parse(raw, limit)
    reasons: list[Reason] = []
    if contract.format == "csv":
        parsed, reasons = cells.record_of(parsed, contract)
    return {name: value for name, value in parsed.items() if value is not None and name is not None}, reasons


def _judged(record: dict[str, Any], contract: Contract, plan: Plan) -> Accepted | Rejected:
    if not plan.validator.is_valid(record):
        return Rejected(checks.schema_reasons(plan.validator, record))
    dropped = _dropped(record, plan)
    reasons = _read(record, plan)
    if reasons:
        return Rejected(tuple(reasons))
    drafts = drafts_of(record, plan.rules, plan.changes)
    if not drafts:
        return Rejected((Reason("no_event", "$"),))
    reasons = _mismeasured(drafts, contract)
    if reasons:
        return Rejected(tuple(reasons))
    return Accepted(record[contract.patient_field], drafts, dropped)


def _read(record: dict[str, Any], plan: Plan) -> list[Reason]:
    """Puts moments, dates and zones into the record as what they are; returns what is wrong with them."""
    reasons = []
    for name, read in plan.readers:
        if name in record:
            try:
                record[name] = read(record[name], f"$.{name}")
            except Unmappable as refused:
                reasons.append(refused.reason)
    return reasons


def _dropped(record: dict[str, Any], plan: Plan) -> tuple[str, ...]:
    """Names of fields that the contract does not know, also inside of lists."""
    dropped = [name for name in record if name not in plan.known]
    for name, known in plan.nested:
        for one in record.get(name, ()):
            dropped += [f"{name}[].{inner}" for inner in one if inner not in known]
    return tuple(sorted(set(dropped)))


def _mismeasured(drafts: tuple[Draft, ...], contract: Contract) -> list[Reason]:
    reasons: list[Reason] = []
    for draft in drafts:
        if draft.event_type in ("OutcomeMeasured", "EventCorrected"):
            reasons += measurement.complaints(draft, contract)
    return reasons
