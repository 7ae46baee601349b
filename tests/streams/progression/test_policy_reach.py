from typing import Any

import msgspec
import pytest

from contracts.vocabulary import STAGES
from streams.progression.policy import find
from streams.progression.policy_reach import bounds_given, contradictions, unreachable, upside_down
from streams.progression.policy_schema import Bound, Condition, Policy

DEFAULT = find("default_msk", 1)
assert DEFAULT is not None


def rule(name: str, signal: Any, **bound: Any) -> Condition:
    return Condition(rule=name, signal=signal, says=name, basis="proposal", **bound)


def policy(**rules: Any) -> Policy:
    assert DEFAULT is not None
    shown = rules.pop("shown", DEFAULT.advance.all_of)
    advance = msgspec.structs.replace(DEFAULT.advance, all_of=tuple(shown))
    parts: dict[str, Any] = {"regress": (), "hold": ()} | {name: tuple(each) for name, each in rules.items()}
    return msgspec.structs.replace(DEFAULT, advance=advance, **parts)


def complaints(found: Any) -> list[str]:
    return [each.where for each in found]


def test_the_released_default_has_neither_dead_rules_nor_contradictions() -> None:
    assert DEFAULT is not None
    assert list(unreachable(DEFAULT)) == []
    for stage in STAGES:
        assert [*contradictions(DEFAULT, stage), *upside_down(DEFAULT, stage)] == []


@pytest.mark.parametrize(
    ("earlier", "later", "dead"),
    [
        ({"above": 3}, {"above": 4}, True),
        ({"above": 4}, {"above": 3}, False),
        ({"above": 4}, {"at_least": 4}, False),
        ({"at_least": 4}, {"above": 4}, True),
        ({"above": 3, "up_to_stage": "S2"}, {"above": 4}, False),
        ({"above": 3}, {"above": 4, "up_to_stage": "S2"}, True),
        ({"above": 3, "when": Bound(signal="quality", below=0.5)}, {"above": 4}, False),
        ({"above": 3}, {"above": 4, "when": Bound(signal="quality", below=0.5)}, True),
    ],
)
def test_a_rule_that_an_earlier_one_always_forestalls_is_found(
    earlier: dict[str, Any], later: dict[str, Any], dead: bool
) -> None:
    made = policy(
        regress=[rule("first", "pain_during", **earlier)], hold=[rule("then", "pain_during", **later)]
    )
    assert complaints(unreachable(made)) == (["the rule then (hold)"] if dead else [])


def test_words_forestall_each_other_too() -> None:
    made = policy(
        regress=[rule("first", "soreness", one_of=("next_day", "warmup_persists"))],
        hold=[
            rule("then", "soreness", one_of=("next_day",)),
            rule("other", "soreness", one_of=("warmup_resolves",)),
        ],
    )
    assert complaints(unreachable(made)) == ["the rule then (hold)"]


@pytest.mark.parametrize(
    ("shown", "held", "contradict"),
    [
        ({"signal": "pain_during", "at_most": 4}, {"signal": "pain_during", "above": 3}, True),
        ({"signal": "pain_during", "at_most": 3}, {"signal": "pain_during", "above": 3}, False),
        ({"signal": "pain_during", "at_most": 3}, {"signal": "pain_during", "at_least": 3}, True),
        ({"signal": "pain_during", "below": 3}, {"signal": "pain_during", "at_least": 3}, False),
        ({"signal": "quality", "at_least": 0.7}, {"signal": "quality", "below": 0.8}, True),
        ({"signal": "quality", "at_least": 0.8}, {"signal": "quality", "below": 0.8}, False),
        ({"signal": "quality", "at_least": 0.8}, {"signal": "quality", "at_most": 0.8}, True),
        (
            {"signal": "soreness", "one_of": ("none", "warmup_resolves")},
            {"signal": "soreness", "one_of": ("warmup_resolves", "next_day", "warmup_persists")},
            True,
        ),
        ({"signal": "pain_during", "at_most": 4}, {"signal": "pain_after", "above": 3}, False),
        (
            {"signal": "pain_during", "at_most": 4},
            {"signal": "pain_during", "above": 3, "when": Bound(signal="quality", below=0.5)},
            False,
        ),
    ],
)
def test_what_is_good_enough_and_held_all_the_same_is_found(
    shown: dict[str, Any], held: dict[str, Any], contradict: bool
) -> None:
    made = policy(shown=[rule("good", **shown)], hold=[rule("bad", **held)])
    assert complaints(contradictions(made, "S1")) == (["the rule good (advance)"] if contradict else [])


@pytest.mark.parametrize(
    ("bound", "wrong"),
    [
        ({"signal": "pain_during", "below": 3}, True),
        ({"signal": "quality", "above": 0.8}, True),
        ({"signal": "soreness", "one_of": ("warmup_resolves",)}, True),
        ({"signal": "soreness", "one_of": ("next_day", "warmup_persists")}, False),
        ({"signal": "pain_during", "above": 3, "when": Bound(signal="quality", above=0.8)}, True),
        (
            {"signal": "pain_during", "above": 3, "when": Bound(signal="soreness", one_of=("next_day",))},
            True,
        ),
    ],
)
def test_a_rule_that_is_harder_on_the_better_value_is_found(bound: dict[str, Any], wrong: bool) -> None:
    made = policy(hold=[rule("odd", **bound)])
    assert complaints(upside_down(made, "S1")) == (["the rule odd (hold)"] if wrong else [])


def test_worse_words_may_be_met_by_a_stricter_rule_in_the_same_stages_only() -> None:
    strict = {"signal": "soreness", "one_of": ("next_day", "warmup_persists")}
    hold = rule("mild", "soreness", one_of=("warmup_resolves",))
    assert complaints(upside_down(policy(regress=[rule("strict", **strict)], hold=[hold]), "S5")) == []
    late = policy(regress=[rule("strict", up_to_stage="S3", **strict)], hold=[hold])
    assert complaints(upside_down(late, "S5")) == ["the rule mild (hold)"]


@pytest.mark.parametrize(
    "bound",
    [
        {"signal": "pain_during", "above": 1},
        {"signal": "quality", "at_most": 0.9},
        {"signal": "soreness", "one_of": ("next_day",)},
    ],
)
def test_what_has_to_be_shown_may_not_be_something_bad(bound: dict[str, Any]) -> None:
    assert complaints(upside_down(policy(shown=[rule("odd", **bound)]), "S1")) == ["the rule odd (advance)"]


def test_bounds_are_counted() -> None:
    assert bounds_given(Bound(signal="pain_during")) == 0
    assert bounds_given(Bound(signal="pain_during", above=1, is_unknown=True)) == 2
