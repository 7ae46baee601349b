"""What the last gate said, also where it refused its candidate and no release holds its results."""

import json
from dataclasses import dataclass
from typing import Any, Final

from contracts.settings import Home

FILE: Final = "last_gate.json"


@dataclass(frozen=True)
class LastGate:
    """A candidate, when it was judged (ISO instant), the sentence of a refusal, and its checks."""

    release: str
    at: str
    refused: str | None
    checks: tuple[dict[str, Any], ...]


def last_gate(home: Home) -> LastGate | None:
    """The last gate of this home; None before the first, or where it cannot be read."""
    try:
        found = json.loads((home.marts / FILE).read_bytes())
        return LastGate(found["release"], found["at"], found["refused"], tuple(found["checks"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
