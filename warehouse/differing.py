"""Where two JSON values differ: the path of each field, with what either of them says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

SHOWN: Final = 3
"""So many fields are told of one value."""
LONGEST: Final = 80
"""So many characters of a value are told."""


@dataclass(frozen=True)
class Field:
    """One field that differs, for example ``tracks[0].stage``; None stands for a value that is not there."""

    path: str
    one: Any
    other: Any


def differing(one: Any, other: Any, path: str = "") -> Iterator[Field]:
    """The innermost fields in which two JSON values differ, in the order of their names and places."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            yield from differing(one.get(name), other.get(name), f"{path}.{name}" if path else name)
    elif isinstance(one, list) and isinstance(other, list):
        for place in range(max(len(one), len(other))):
            ours, theirs = (each[place] if place < len(each) else None for each in (one, other))
            yield from differing(ours, theirs, f"{path}[{place}]")
    elif one != other or type(one) is not type(other):
        yield Field(path, one, other)


def told_differences(published: bytes, expected: bytes) -> str:
    """The first fields in which what was published is not what was expected, with both values."""
    fields = list(differing(msgspec.json.decode(published), msgspec.json.decode(expected)))
    told = [
        f"{each.path}: published {_told(each.one)}, expected {_told(each.other)}" for each in fields[:SHOWN]
    ]
    more = [f"{len(fields) - SHOWN} more fields"] if len(fields) > SHOWN else []
    return "; ".join((*told, *more)) or "the same values in other bytes"


def _told(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
