"""What each signal is: how people call it, which values it takes, and which of them are worse."""

from dataclasses import dataclass
from typing import Final, Literal

from contracts.vocabulary import Soreness
from streams.progression.policy_schema import Signal

EffusionCourse = Literal["clear", "maintain", "unmeasured", "treat", "persists", "notify"]
"""Where an effusion stands over successive sessions.

clear: none, or gone. treat: 2+ for the first time. In the next session: maintain (1+) or persists (2+).
In those after it: notify (still 2+). unmeasured: nobody graded it since it was 2+.
"""

SORENESS: Final[tuple[Soreness, ...]] = ("none", "warmup_resolves", "next_day", "warmup_persists")
"""From none to worst."""
EFFUSION_COURSE: Final[tuple[EffusionCourse, ...]] = (
    "clear", "maintain", "unmeasured", "treat", "persists", "notify",
)  # fmt: skip
"""From none to worst."""


@dataclass(frozen=True)
class SignalFact:
    """One signal. ``worse`` says which end of it is bad; ``words`` run from best to worst."""

    text: str
    worse: Literal["higher", "lower", "later", "true"]
    low: float = 0.0
    high: float = 0.0
    unit: str = ""
    words: tuple[str, ...] = ()


SIGNAL_FACTS: Final[dict[Signal, SignalFact]] = {
    "red_flag": SignalFact("red flags", "true"),
    "effusion_grade": SignalFact("the effusion grade", "higher", 0, 3, "grade"),
    "effusion_course": SignalFact("the course of the effusion", "later", words=EFFUSION_COURSE),
    "pain_during": SignalFact("pain during the session", "higher", 0, 10, "of 10"),
    "pain_after": SignalFact("pain after the session", "higher", 0, 10, "of 10"),
    "soreness": SignalFact("soreness", "later", words=SORENESS),
    "pain_next_morning": SignalFact("how much it hurt on the next morning", "higher", 0, 10, "of 10"),
    "next_morning_rise": SignalFact("pain on the next morning", "higher", -10, 10, "points"),
    "pain_rises": SignalFact("the course of pain", "higher", 0, 2, "weeks"),
    "weekly_pain_rise": SignalFact("the change of pain from week to week", "higher", -10, 10, "points"),
    "quality": SignalFact("the quality of the movements", "lower", 0, 1, "share"),
    "reps_share": SignalFact("the repetitions", "lower", 0, 5, "share"),
    "adherence_14d": SignalFact("adherence", "lower", 0, 1, "share"),
    "sessions_7d": SignalFact("the sessions of 7 days", "higher", 0, 42, "sessions"),
}
