"""Holds a contract's document against the metaschema and says in sentences what is wrong, and where."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import jsonschema_rs

MOST_COMPLAINTS: Final = 10


def complaints(document: Any, metaschema: Mapping[str, Any]) -> list[str]:
    """One sentence per error of the document, with the place in it; none for a well-formed one."""
    validator = jsonschema_rs.Draft202012Validator(dict(metaschema))
    said = [_sentence(error, document) for error in validator.iter_errors(document)]
    return list(dict.fromkeys(said))[:MOST_COMPLAINTS]


def _sentence(error: jsonschema_rs.ValidationError, document: Any) -> str:
    return f"{place(error.instance_path, document)}: {_what(error)}"


def place(steps: Sequence[str | int], document: Any) -> str:
    """The place in words that a person finds again: list entries by their name where they have one."""
    said, here = "", document
    for step in steps:
        here = here[step]
        if isinstance(step, str):
            said += f".{step}" if said else step
            continue
        name = here.get("name", here.get("property")) if isinstance(here, Mapping) else None
        said += f"[{name or step}]"
    return said or "the document"


def _what(error: jsonschema_rs.ValidationError) -> str:
    kind, detail = error.kind.name, error.kind.as_dict()
    if kind == "required":
        return f"{detail['property']!r} is missing; add it."
    if kind == "additionalProperties":
        return f"there is no property {', '.join(map(repr, detail['unexpected']))}; see contracts/README.md."
    if kind == "enum":
        return f"{_shown(error.instance)} must be one of {', '.join(map(str, detail['options']))}."
    if kind == "contains":
        named = error.schema_path[-2] if len(error.schema_path) > 1 else 0
        needed = ("format", "patient", "events")[int(named)]
        return f"the custom property {needed!r} is missing; add it."
    if kind == "pattern" and "[.]" in detail["pattern"]:
        return f"{_shown(error.instance)} must be a sentence: a capital first, a full stop last."
    return f"{error.message}."


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
