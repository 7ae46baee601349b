"""A made-up cell whose truth is known: severe cases rather get program b and improve less."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from warehouse.effects.protocol import Protocol

Rows = list[dict[str, Any]]


@pytest.fixture
def protocol() -> Protocol:
    """Neck disability, lower is better, programs a and b."""
    return Protocol("neck_pain", "neck_flexors", "a", "b", "ndi", "neck disability", "score", "lower")


@pytest.fixture
def make_rows() -> Callable[..., Rows]:
    """Rows of ``fct_change`` for a number of people, a planted effect of program a, and a seed."""
    return _rows


def _rows(
    people: int = 240, effect: float = 4.0, seed: int = 1, share: float = 0.5, lost: float = 0.1
) -> Rows:
    rng = np.random.default_rng(seed)
    severity = rng.integers(0, 3, people)
    odds = share / (1 - share) * np.exp(0.8 - 0.8 * severity)
    first = rng.random(people) < odds / (1 + odds)
    baseline = 20 + 4 * severity + rng.normal(0, 3, people)
    follow_up = baseline - (9 - 3 * severity) - effect * first + rng.normal(0, 3, people)
    gone = rng.random(people) < lost
    return [
        {
            "patient_key": f"p{index}",
            "episode_id": f"e{index}",
            "program": "a" if first[index] else "b",
            "baseline": float(baseline[index]),
            "follow_up": None if gone[index] else float(follow_up[index]),
            "severity": ("mild", "moderate", "severe")[severity[index]],
            "chronicity": ("acute", "chronic")[index % 2],
            "age_band": ("30-39", "40-49", "50-59")[index % 3],
            "sex": ("female", "male")[index // 2 % 2],
            "comorbidity_count": int(index * index % 7 % 5),
            "prior_surgery": index % 5 == 0,
            "payer_class": None if index % 11 == 0 else "public",
            "clinic": ("riverside", "harbour")[index // 3 % 2],
            "therapist": f"t{index % 24}",
        }
        for index in range(people)
    ]
