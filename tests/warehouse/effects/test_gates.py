"""Each gate passes, warns or refuses by its own numbers and says so in a sentence."""

import pytest

from warehouse.effects.gates import judge, judge_known, not_reached, rules

RULES = {rule.name: rule for rule in rules()}
GOOD = {
    "undeclared_statements": 0,
    "covariates_after_time_zero": 0,
    "smallest_started": 90,
    "smallest_measured": 80,
    "smallest_completeness": 0.9,
    "completeness_difference": 0.02,
    "strata_with_one_program": 0,
    "share_in_overlap": 0.97,
    "smallest_effective_size": 70,
    "largest_difference": 0.01,
    "largest_variance_ratio": 1.1,
    "estimators_apart": 0.2,
}


def test_every_rule_has_a_source_and_observes_something_known() -> None:
    assert {rule.observes for rule in rules()} == set(GOOD)
    assert all(rule.source for rule in rules())
    assert all(rule.rule in ("at_least", "at_most") for rule in rules())


def test_good_data_pass_every_gate() -> None:
    gates = judge_known(GOOD)
    assert [gate.name for gate in gates] == [rule.name for rule in rules()]
    assert all(gate.passed for gate in gates)


@pytest.mark.parametrize(
    ("name", "observed", "state"),
    [
        ("protocol", 1, "refused"),
        ("time_zero", 1, "refused"),
        ("both_programs", 0, "refused"),
        ("size", 29, "refused"),
        ("size", 30, "caution"),
        ("completeness", 0.59, "refused"),
        ("completeness", 0.65, "caution"),
        ("completeness_difference", 0.11, "caution"),
        ("strata", 1, "refused"),
        ("overlap", 0.4, "refused"),
        ("overlap", 0.7, "caution"),
        ("effective_size", 29.5, "refused"),
        ("balance", 0.2, "caution"),
        ("balance", 0.3, "refused"),
        ("variance_ratio", 2.5, "caution"),
        ("agreement", 1.5, "caution"),
    ],
)
def test_each_gate_can_fail(name: str, observed: float, state: str) -> None:
    gate = judge(RULES[name], observed)
    assert gate.state == state
    assert gate.sentence
    assert "{" not in gate.sentence


def test_the_first_refusal_ends_the_judging() -> None:
    gates = judge_known(GOOD | {"smallest_measured": 20, "share_in_overlap": 0.1})
    assert gates[-1].name == "size"
    assert gates[-1].sentence == (
        "The smaller program has 20 people measured at both times; at least 30 are needed."
    )


def test_a_gate_never_tells_a_small_count() -> None:
    gate = judge(RULES["size"], 7)
    assert gate.observed is None
    assert "fewer than 11" in gate.sentence
    assert "7" not in gate.sentence


def test_a_gate_behind_a_refusal_says_that_it_was_not_looked_at() -> None:
    gate = not_reached(RULES["overlap"])
    assert gate.state == "not_reached"
    assert not gate.passed
