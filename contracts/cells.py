"""A row of a CSV file, whose cells are all text, as the record that its contract describes."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from contracts.contract import Contract, Field, Reason

_NUMBER: Final = re.compile(r"[+-]?(\d{1,30}\.?\d{0,30}|\.\d{1,30})([eE][+-]?\d{1,2})?", re.ASCII)
_WHOLE: Final = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_TRUTH: Final = {"true": True, "false": False, "1": True, "0": False}


def record_of(row: Mapping[Any, Any], contract: Contract) -> tuple[dict[str, Any], list[Reason]]:
    """The record, and what is wrong with its cells.

    An empty cell is an absent field, and ``blank`` where the field is required. Cells that are not
    text stay as they are. A row with more cells than the file has columns is ``too_many_cells``.
    """
    record: dict[str, Any] = {}
    reasons: list[Reason] = []
    if None in row:
        reasons.append(Reason("too_many_cells", "$"))
    fields = {each.name: each for each in contract.fields}
    for name, cell in row.items():
        field = fields.get(name)
        if not isinstance(cell, str) or field is None:
            record[name] = cell
        elif not cell.strip():
            reasons += [Reason("blank", f"$.{name}")] if field.required else []
        else:
            value = _value(cell.strip(), field)
            reasons += [Reason("not_a_number", f"$.{name}")] if value is None else []
            record[name] = value
    return record, reasons


def _value(cell: str, field: Field) -> Any:
    """The cell as the field's type; None for a number that is none; words the schema will judge."""
    read = _READERS.get(field.type)
    return cell if read is None else read(cell)


def _number(cell: str) -> float | None:
    return float(cell) if _NUMBER.fullmatch(cell) else None


def _whole(cell: str) -> int | None:
    return int(cell) if _WHOLE.fullmatch(cell) else None


def _truth(cell: str) -> Any:
    return _TRUTH.get(cell.lower(), cell)


_READERS: Final[dict[str, Callable[[str], Any]]] = {"number": _number, "integer": _whole, "boolean": _truth}
