"""What is compared, declared before outcomes are read: a target trial in seven statements."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

CASE_MIX: Final = (
    "baseline",
    "severity",
    "chronicity",
    "age_band",
    "sex",
    "comorbidity_count",
    "prior_surgery",
    "payer_class",
    "clinic",
)
KNOWN_AT_TIME_ZERO: Final = (*CASE_MIX, "baseline_pain", "origin", "side", "body_region")
HORIZON_WORDS: Final = {
    "week_6": "six weeks after it",
    "week_12": "twelve weeks after it",
    "latest": "the latest measurement",
    "discharge": "discharge",
}

DAYS_UNTIL_DUE: Final = {"week_6": 56, "week_12": 98, "latest": 56, "discharge": 0}
"""Days after time zero when the window of a follow-up has closed; later people cannot be missing yet."""


@dataclass(frozen=True)
class Protocol:
    """A comparison of two programs within one condition and muscle group.

    ``direction`` is "higher" or "lower" (which is better), ``unit`` that of the measure. ``method``
    and ``device_class`` narrow a measure to one identity; without them the most frequent is taken.
    """

    condition: str
    muscle_group: str
    first: str
    second: str
    measure: str
    label: str
    unit: str
    direction: str
    horizon: str = "week_12"
    covariates: tuple[str, ...] = CASE_MIX
    time_zero: str = "the assignment of the first program"
    method: str | None = None
    device_class: str | None = None
    level: float = 0.95

    def statements(self) -> dict[str, str]:
        """The seven statements of the target trial, in plain words."""
        programs = f"{in_words(self.first)} or {in_words(self.second)}"
        people = f"people with {in_words(self.condition)}, {in_words(self.muscle_group)}"
        when = HORIZON_WORDS.get(self.horizon, "")
        return {
            "eligibility": f"{people}, with {self.label} measured at baseline" if self.condition else "",
            "strategies": programs if self.first and self.second else "",
            "assignment": "as therapists prescribed; taken as random given " + _listed(self.covariates),
            "time_zero": self.time_zero,
            "outcome": f"{self.label} ({self.unit}), {when}" if self.label and when else "",
            "contrast": "difference in mean improvement, first program minus second, as first prescribed",
            "analysis": "analysis of covariance of the follow-up value on program, baseline and case-mix",
        }

    def digest(self) -> str:
        """64 hex digits that name these statements; two results with one digest are comparable."""
        text = "\x1f".join(f"{name}={value}" for name, value in self.statements().items())
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def sign(self) -> int:
        """1 where higher is better, -1 where lower is."""
        return 1 if self.direction == "higher" else -1


def is_due(time_zero: datetime, as_of: datetime, horizon: str) -> bool:
    """Whether a follow-up at that horizon should be there at ``as_of``."""
    return as_of - time_zero >= timedelta(days=DAYS_UNTIL_DUE.get(horizon, 0))


def in_words(name: str) -> str:
    """A word of the vocabulary as people write it."""
    return name.replace("_", " ")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(in_words(name) for name in names)
