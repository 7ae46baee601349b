"""One session's signals under one policy: stop, regress, hold or good enough to count towards advancing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import attrgetter, contains, ge, gt, is_, le, lt
from typing import Any

from contracts.vocabulary import Stage
from streams.progression.policy_schema import MORNING, Action, Bound, Condition, Policy, advice_of
from streams.progression.signal_facts import SIGNAL_FACTS
from streams.progression.signals import Signals

Test = Callable[[Signals], bool]


@dataclass(frozen=True)
class Missing:
    """One thing that stands between a track and its next stage."""

    code: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """What a session says by itself. ``advance`` here means: it counts as a good one.

    by_morning: the rule that decided looks at the next morning. advice: what a therapist is told to do.
    """

    action: Action
    rule: str
    says: str
    missing: tuple[Missing, ...] = ()
    by_morning: bool = False
    advice: str = ""


@dataclass(frozen=True)
class _Rule:
    """A condition made ready: whether it matches, and what is said when it does."""

    action: Action
    fires: Test
    missing: Missing
    verdict: Verdict


@dataclass(frozen=True)
class _Plan:
    """A policy made ready for one stage. ``blocking``: stop, regress and hold rules in their order."""

    blocking: tuple[_Rule, ...]
    criteria: tuple[tuple[Test, Test, Missing], ...]
    required: tuple[tuple[Test, Missing], ...]
    good: Verdict


def evaluate(signals: Signals, policy: Policy, stage: Stage = "S0") -> Verdict:
    """The first rule that matches in this stage; what is unknown never matches, and never advances."""
    plan: _Plan = policy.memo.get(stage) or _planned(policy, stage)
    fired = [rule for rule in plan.blocking if rule.fires(signals)]
    unknown = [lacking for known, lacking in plan.required if not known(signals)]
    unmet = [each for each in plan.criteria if not each[1](signals)]
    if not (fired or unknown or unmet):
        return plan.good
    told = [lacking for known, _, lacking in unmet if known(signals)]
    held = [rule.missing for rule in fired if rule.action == "hold"]
    if fired:
        first = fired[0]
        own = () if first.action == "hold" else (first.missing,)
        return _with(first.verdict, (*own, *unknown, *told, *held))
    if unknown:
        return Verdict("hold", "signal_missing", unknown[0].text, (*unknown, *told))
    return Verdict("hold", "criteria_not_met", "the criteria for advancing were not all met", tuple(told))


def _with(verdict: Verdict, missing: tuple[Missing, ...]) -> Verdict:
    return Verdict(verdict.action, verdict.rule, verdict.says, missing, verdict.by_morning, verdict.advice)


def matches(bound: Bound, signals: Signals) -> bool:
    """Whether the signal is known and beyond the bound, or unknown where the bound asks for that."""
    return _test(bound)(signals)


def _planned(policy: Policy, stage: Stage) -> _Plan:
    kinds: tuple[tuple[Action, tuple[Condition, ...]], ...] = (
        ("stop", policy.stop),
        ("regress", policy.regress),
        ("hold", policy.hold),
    )
    blocking = [_ready(action, each) for action, rules in kinds for each in rules if _looked_at(each, stage)]
    criteria = [each for each in policy.advance.all_of if _looked_at(each, stage)]
    good = Verdict("advance", policy.advance.rule, "all criteria for advancing were met")
    plan = _Plan(
        tuple(blocking),
        tuple((_known(each), _test(each), Missing(each.rule, each.says)) for each in criteria),
        tuple(
            (_known(name), Missing(f"unknown_{name}", f"{SIGNAL_FACTS[name].text} was not recorded"))
            for name in policy.required.signals
        ),
        good,
    )
    policy.memo[stage] = plan
    return plan


def _looked_at(condition: Condition, stage: Stage) -> bool:
    return condition.from_stage <= stage <= condition.up_to_stage


def _ready(action: Action, condition: Condition) -> _Rule:
    test = _test(condition)
    if condition.when is not None:
        test = partial(_both, _test(condition.when), test)
    by_morning = condition.signal in MORNING and not condition.is_unknown
    verdict = Verdict(action, condition.rule, condition.says, (), by_morning, advice_of(condition))
    return _Rule(action, test, Missing(condition.rule, condition.says), verdict)


def _both(one: Test, other: Test, signals: Signals) -> bool:
    return one(signals) and other(signals)


def _known(bound: Bound | str) -> Test:
    get = attrgetter(bound if isinstance(bound, str) else bound.signal)
    return lambda signals: get(signals) is not None


def _test(bound: Bound) -> Test:
    get, holds = attrgetter(bound.signal), _beyond(bound)
    if bound.is_unknown:
        return lambda signals: get(signals) is None
    return lambda signals: (value := get(signals)) is not None and holds(value)


def _beyond(bound: Bound) -> Callable[[Any], bool]:
    if bound.is_true:
        return partial(is_, True)
    if bound.one_of:
        return partial(contains, frozenset(bound.one_of))
    if bound.above is not None:
        return partial(lt, bound.above)
    if bound.at_least is not None:
        return partial(le, bound.at_least)
    if bound.below is not None:
        return partial(gt, bound.below)
    return partial(ge, bound.at_most or 0.0)
