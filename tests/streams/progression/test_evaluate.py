from dataclasses import replace
from typing import Any

import msgspec
import pytest

from streams.progression.evaluate import evaluate, matches
from streams.progression.policy import Condition, Policy, find
from streams.progression.policy_schema import Bound
from streams.progression.signals import Signals

POLICY = find("default_msk", 1)
assert POLICY is not None
GOOD = Signals(
    effusion_grade=0.0, pain_during=1.0, soreness="none", next_morning_rise=0.0, pain_rises=0,
    quality=0.9, reps_share=1.0, adherence_14d=1.0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "action", "rule"),
    [
        ({}, "advance", "good_sessions"),
        ({"red_flag": True}, "stop", "red_flag"),
        ({"effusion_grade": 2.0}, "stop", "effusion_stop"),
        ({"pain_during": 5.1}, "regress", "pain_high"),
        ({"soreness": "warmup_persists"}, "regress", "soreness_persists"),
        ({"pain_during": 5.0}, "hold", "criteria_not_met"),
        ({"next_morning_rise": 1.5}, "hold", "next_morning_worse"),
        ({"next_morning_rise": 1.0}, "advance", "good_sessions"),
        ({"pain_rises": 2}, "hold", "pain_rising"),
        ({"soreness": "next_day"}, "hold", "soreness_after"),
        ({"effusion_grade": 1.0}, "hold", "effusion_hold"),
        ({"effusion_grade": 0.5}, "advance", "good_sessions"),
        ({"quality": 0.79}, "hold", "quality_low"),
        ({"adherence_14d": 0.69}, "hold", "adherence_low"),
        ({"reps_share": 0.9}, "hold", "criteria_not_met"),
        ({"pain_during": None}, "hold", "signal_missing"),
        ({"red_flag": True, "pain_during": 9.0}, "stop", "red_flag"),
        ({"pain_during": 9.0, "quality": 0.1}, "regress", "pain_high"),
    ],
)
def test_the_first_rule_that_matches_decides(changes: dict[str, Any], action: str, rule: str) -> None:
    verdict = evaluate(replace(GOOD, **changes), POLICY)
    assert (verdict.action, verdict.rule) == (action, rule)


def test_the_verdict_names_everything_that_was_in_the_way() -> None:
    verdict = evaluate(replace(GOOD, pain_during=3.0, quality=0.5, reps_share=None), POLICY)
    assert [each.code for each in verdict.missing] == [
        "unknown_reps_share", "pain_low", "quality_good", "quality_low",
    ]  # fmt: skip


def test_signals_that_are_not_required_may_be_unknown() -> None:
    few = Signals(pain_during=1.0, quality=0.9, reps_share=1.0)
    assert evaluate(few, POLICY).action == "advance"


@pytest.mark.parametrize(
    ("bound", "value", "match"),
    [
        ({"above": 5}, 5.0, False),
        ({"at_least": 5}, 5.0, True),
        ({"below": 5}, 5.0, False),
        ({"at_most": 5}, 5.0, True),
        ({"at_most": 0}, 0.5, False),
        ({"above": 5}, None, False),
    ],
)
def test_a_bound_holds_at_its_edge_or_not(bound: dict[str, Any], value: float | None, match: bool) -> None:
    condition = Condition(rule="r", signal="pain_during", says="s", basis="b", **bound)
    assert matches(condition, Signals(pain_during=value)) is match


def test_what_is_unknown_matches_only_where_it_is_asked_for() -> None:
    unknown = Bound(signal="pain_during", is_unknown=True)
    assert matches(unknown, Signals())
    assert not matches(unknown, Signals(pain_during=0.0))


def ruled(**rules: Any) -> Policy:
    assert POLICY is not None
    return msgspec.structs.replace(POLICY, **{name: (each,) for name, each in rules.items()})


def test_a_second_bound_has_to_hold_too() -> None:
    rule = Condition(
        rule="unsure", signal="next_morning_rise", is_unknown=True, says="nobody asked", basis="b",
        when=Bound(signal="pain_during", above=1),
    )  # fmt: skip
    policy = ruled(hold=rule)
    assert evaluate(replace(GOOD, next_morning_rise=None), policy).action == "advance"
    assert evaluate(replace(GOOD, next_morning_rise=None, pain_during=2.0), policy).rule == "unsure"
    assert evaluate(replace(GOOD, pain_during=2.0), policy).action == "advance"


def test_a_rule_is_looked_at_in_its_stages_only() -> None:
    rule = Condition(
        rule="strict", signal="quality", below=0.95, says="not clean", basis="b", from_stage="S1",
        up_to_stage="S2",
    )  # fmt: skip
    policy = ruled(hold=rule)
    rules = [evaluate(GOOD, policy, stage).rule for stage in ("S0", "S1", "S2", "S3")]
    assert rules == ["good_sessions", "strict", "strict", "good_sessions"]


def test_a_verdict_carries_the_advice_of_its_rule_and_whether_it_is_of_the_morning() -> None:
    rule = Condition(
        rule="sore", signal="soreness", one_of=("next_day",), says="sore", basis="b", days_off=1,
        advice="repeat the session",
    )  # fmt: skip
    morning = Condition(rule="worse", signal="next_morning_rise", above=1, says="worse", basis="b")
    sore = evaluate(replace(GOOD, soreness="next_day"), ruled(hold=rule))
    assert (sore.says, sore.advice, sore.by_morning) == ("sore", "1 day off; repeat the session", False)
    assert evaluate(replace(GOOD, next_morning_rise=2.0), ruled(regress=morning)).by_morning
