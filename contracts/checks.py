"""What is wrong with a record: errors of its JSON Schema as reasons, and moments that are none."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import jsonschema_rs

from contracts.contract import Contract, Reason
from contracts.mapping import Unmappable

MOST_REASONS: Final = 20
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199

SCHEMA_CODES: Final = {
    "required": "missing",
    "enum": "unknown_code",
    "minimum": "out_of_range",
    "maximum": "out_of_range",
    "maxLength": "too_long",
    "maxItems": "too_many",
    "type": "wrong_type",
}
"""Keyword of JSON Schema -> code of the reason."""


def schema_reasons(validator: jsonschema_rs.Validator, record: dict[str, Any]) -> tuple[Reason, ...]:
    """Every error of the schema as a reason, in a fixed order, the first twenty."""
    found = {_reason(error) for error in validator.iter_errors(record)}
    return tuple(sorted(found, key=lambda reason: (reason.path, reason.code))[:MOST_REASONS])


def _reason(error: jsonschema_rs.ValidationError) -> Reason:
    kind = error.kind.name
    path = path_of(error.instance_path)
    if kind == "required":
        path += f".{error.kind.as_dict()['property']}"
    if kind == "pattern":
        return Reason("blank" if not str(error.instance).strip() else "invalid_text", path)
    return Reason(SCHEMA_CODES.get(kind, "invalid"), path)


def path_of(steps: list[str | int]) -> str:
    """A path in the way of JSONPath: ``$.tracks[0].side``."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def moment(text: str, path: str) -> datetime:
    """The instant in UTC; raises ``Unmappable``: not_a_time, naive_time, out_of_range."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Unmappable("not_a_time", path) from None
    if found.tzinfo is None:
        raise Unmappable("naive_time", path)
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise Unmappable("out_of_range", path)
    return found.astimezone(UTC)


def day(text: str, path: str) -> str:
    """The date as ISO 8601 text; raises ``Unmappable``: not_a_date, out_of_range."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Unmappable("not_a_date", path) from None
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise Unmappable("out_of_range", path)
    return found.isoformat()


def zone(text: str, path: str) -> str:
    """The name, when it is an IANA time zone; raises ``Unmappable``: unknown_zone."""
    if not is_zone(text):
        raise Unmappable("unknown_zone", path)
    return text


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    """Whether an IANA time zone has that name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def readers(contract: Contract) -> tuple[tuple[str, Callable[[str, str], Any]], ...]:
    """Per field that needs more than its schema, the function that reads it."""
    found: list[tuple[str, Callable[[str, str], Any]]] = []
    for each in contract.fields:
        if each.type == "timestamp":
            found.append((each.name, moment))
        elif each.type == "date":
            found.append((each.name, day))
        elif each.format == "time-zone":
            found.append((each.name, zone))
    return tuple(found)
