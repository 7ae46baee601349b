"""The colours of the pages: one ink, one paper, a scale from worse to better, and its steps."""

from dataclasses import dataclass
from typing import Final

TEAL: Final = "#178582"
CLAY: Final = "#b5482a"
GREY: Final = "#8a938f"
GOLD: Final = "#b98a1f"
SERIES: Final = ("#178582", "#c8672f", "#4b5fa8", "#8c6bb1", "#7a8f2a", "#b5487a")
VERDICTS: Final = {"accepted": "#178582", "duplicate": "#b9bdb4", "rejected": "#c2512f"}


@dataclass(frozen=True)
class Step:
    """Standardised changes from ``low`` (in units of the baseline SD) have this colour and these words."""

    low: float
    colour: str
    words: str


STEPS: Final = (
    Step(float("-inf"), "#b5482a", "worse by 0.5 or more"),
    Step(-0.5, "#e3a183", "worse by 0.2 to 0.5"),
    Step(-0.2, "#d8cfb8", "little change"),
    Step(0.2, "#a7d3c8", "better by 0.2 to 0.5"),
    Step(0.5, "#4fa79b", "better by 0.5 to 0.8"),
    Step(0.8, "#0f6e6e", "better by 0.8 or more"),
)
"""After Cohen's small, medium and large differences; a reading aid, no clinical threshold."""


def step_of(change: float) -> Step:
    """The step that a standardised change falls on."""
    return max((step for step in STEPS if change >= step.low), key=lambda step: step.low)
