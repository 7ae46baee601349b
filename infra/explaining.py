"""What is known of one patient, put together for ``myomap explain``."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contracts.settings import Home
from infra.refusal import Refusal


@dataclass(frozen=True)
class Explanation:
    """Plain sentences, and the same as data: the standing facts and each episode's view."""

    patient_key: str
    lines: tuple[str, ...]
    facts: tuple[Any, ...]
    episodes: tuple[dict[str, Any], ...]


def explain_patient(home: Home, patient_key: str) -> Explanation:
    """Read the committed state beside a running worker and put it into words."""
    from streams.lookup import find_patient
    from streams.progression.codec import encode
    from streams.progression.decisions import facts
    from streams.progression.explain import explain

    state = find_patient(home, patient_key)
    if state is None:
        raise Refusal(
            f"No patient with the key {patient_key} is in the stores of {home.streams}. "
            "A key has 32 hexadecimal digits; find it with "
            "'myomap ingest lookup REFERENCE --actor WHO'."
        )
    lines = tuple(explain(state, datetime.now(UTC)))
    _, episodes = encode(state)
    views = tuple(json.loads(view) for view, _detail in episodes.values())
    return Explanation(patient_key, lines, tuple(facts(state)), views)
