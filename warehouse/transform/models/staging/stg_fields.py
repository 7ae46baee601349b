"""What the contract allows each field of each event to say: its words, or its bounds."""

import re
from typing import Any

import msgspec.inspect as inspect
import pyarrow as pa

from contracts.events import EVENT_TYPES

SCHEMA = pa.schema(
    [
        ("told", pa.string()),
        ("field", pa.string()),
        ("words", pa.list_(pa.string())),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)


def model(dbt: Any, session: Any) -> pa.Table:
    """One row for each field with closed words (its own, or those of its items) or with bounds."""
    dbt.config(materialized="table")
    rows = [
        {"told": re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower(), "field": each.name, **allowed}
        for name, kind in EVENT_TYPES.items()
        for each in inspect.type_info(kind).fields
        if (allowed := _allowed(each.type))
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def _allowed(described: Any) -> dict[str, Any]:
    if isinstance(described, inspect.UnionType):
        return next((found for each in described.types if (found := _allowed(each))), {})
    if isinstance(described, inspect.VarTupleType):
        return _allowed(described.item_type)
    if isinstance(described, inspect.LiteralType):
        return {"words": list(described.values)}
    if isinstance(described, inspect.IntType | inspect.FloatType):
        return {"low": described.ge, "high": described.le}
    return {}
