"""Strict parsing of a record: what ``json`` lets pass and a clinic must not is refused with a code."""

import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from contracts.contract import Reason

DEEPEST: Final = 32
"""Objects and arrays inside one another; an interpreter's own limit would differ from one to the next."""


class Unreadable(Exception):
    """Bytes that are no record; ``reason`` says why. Never leaves this room."""

    def __init__(self, code: str, path: str = "$") -> None:
        super().__init__(code)
        self.reason = Reason(code, path)


def parse(raw: bytes, max_bytes: int) -> dict[str, Any]:
    """The JSON object in ``raw``; raises ``Unreadable``.

    Codes: too_large, invalid_utf8, not_json, too_deep, not_a_number (NaN, Infinity, 1e999),
    duplicate_key, not_an_object, invalid_text (half of a surrogate pair).
    """
    if len(raw) > max_bytes:
        raise Unreadable("too_large")
    try:
        text = bytes(raw).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("invalid_utf8") from None
    value = _loaded(text)
    if not isinstance(value, dict):
        raise Unreadable("not_an_object")
    _refuse_deep(value)
    if "\\u" in text:
        _refuse_unwritable(_said_again(value))
    return value


def _loaded(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise Unreadable("too_deep") from None
    except ValueError:
        raise Unreadable("not_json") from None


def _refuse_deep(value: dict[str, Any]) -> None:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise Unreadable("too_deep")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise Unreadable("duplicate_key", f"$.{twice}")
    return made


def _constant(word: str) -> float:
    raise Unreadable("not_a_number")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Unreadable("not_a_number")
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)


def parse_mapping(row: Mapping[Any, Any], max_bytes: int) -> dict[Any, Any]:
    """A row of text cells as it is; any other mapping as the JSON object that it says.

    A missing cell is None; cells beyond the columns stand under the key None. Raises ``Unreadable``
    with the codes of ``parse``.
    """
    cells = [cell for name, cell in row.items() if name is not None and cell is not None]
    if all(isinstance(cell, str) for cell in cells) and all(isinstance(name, str | None) for name in row):
        text = "".join(cells)
        if len(text) > max_bytes:
            raise Unreadable("too_large")
        _refuse_unwritable(text)
        return dict(row)
    try:
        said = json.dumps(dict(row), ensure_ascii=True)
    except (RecursionError, TypeError, ValueError):
        raise Unreadable("not_json") from None
    return parse(said.encode(), max_bytes)


def _said_again(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise Unreadable("too_deep") from None


def _refuse_unwritable(text: str) -> None:
    """Half of a surrogate pair can be read, and never be written again."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unreadable("invalid_text") from None
