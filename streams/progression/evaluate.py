"""One session's signals under one policy: stop, regress, hold or good enough to count towards advancing."""

from dataclasses import dataclass

from streams.progression.policy import Action, Condition, Policy
from streams.progression.signals import Signals

NAMES = {
    "pain_during": "pain during the session",
    "quality": "the quality of the movements",
    "reps_share": "the repetitions",
    "effusion_grade": "the effusion grade",
    "soreness": "soreness",
    "adherence_14d": "adherence",
    "next_morning_rise": "pain on the next morning",
    "pain_rises": "the course of pain",
    "red_flag": "red flags",
}


@dataclass(frozen=True)
class Missing:
    """One thing that stands between a track and its next stage."""

    code: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """What a session says by itself. ``advance`` here means: it counts as a good one."""

    action: Action
    rule: str
    says: str
    missing: tuple[Missing, ...] = ()


def evaluate(signals: Signals, policy: Policy) -> Verdict:
    """The first rule that matches; what is unknown never matches, and never advances."""
    unknown = tuple(
        Missing(f"unknown_{name}", f"{NAMES[name]} was not recorded")
        for name in policy.required.signals
        if getattr(signals, name) is None
    )
    unmet = tuple(
        Missing(each.rule, each.says)
        for each in policy.advance.all_of
        if getattr(signals, each.signal) is not None and not matches(each, signals)
    )
    held = [each for each in policy.hold if matches(each, signals)]
    missing = unknown + unmet + tuple(Missing(each.rule, each.says) for each in held)
    for action, rules in (("stop", policy.stop), ("regress", policy.regress)):
        for each in rules:
            if matches(each, signals):
                return Verdict(action, each.rule, each.says, (Missing(each.rule, each.says), *missing))  # type: ignore[arg-type]
    if held:
        return Verdict("hold", held[0].rule, held[0].says, missing)
    if unknown:
        return Verdict("hold", "signal_missing", unknown[0].text, missing)
    if unmet or any(not matches(each, signals) for each in policy.advance.all_of):
        return Verdict("hold", "criteria_not_met", "the criteria for advancing were not all met", missing)
    return Verdict("advance", policy.advance.rule, "all criteria for advancing were met")


def matches(condition: Condition, signals: Signals) -> bool:
    """Whether the signal is known and beyond the condition's bound."""
    value = getattr(signals, condition.signal)
    if value is None:
        return False
    if condition.is_true:
        return value is True
    if condition.one_of:
        return value in condition.one_of
    if condition.above is not None:
        return bool(value > condition.above)
    if condition.at_least is not None:
        return bool(value >= condition.at_least)
    if condition.below is not None:
        return bool(value < condition.below)
    return bool(value <= (condition.at_most or 0.0))
