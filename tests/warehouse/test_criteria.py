"""Rules and criteria are read from policy files as data, the widest bound of all sections."""

from typing import Any

from streams.progression.policy import policies
from warehouse.criteria import actions_of, criteria_of, policy_files


def policy(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "policy": "own",
        "version": 3,
        "numbers": {"safe": {"value": 3}},
        "stop": [{"rule": "red_flag"}],
        "advance": {
            "rule": "good",
            "all_of": [
                {"rule": "pain_low", "signal": "pain_during", "at_most": "safe"},
                {"rule": "reps_done", "signal": "reps_share", "at_least": 1, "up_to_stage": "S3"},
            ],
        },
    }
    return made | changes


def bounds(found: dict[str, Any]) -> dict[str, tuple[str, float]]:
    return {each["rule"]: (each["side"], each["bound"]) for each in criteria_of(found)}


def test_every_criterion_of_every_released_policy_is_found() -> None:
    found = {(each["policy"], each["version"]): list(criteria_of(each)) for each in policy_files()}
    assert set(found) == {(each.policy, each.version) for each in policies()}
    assert all(len(found[each.policy, each.version]) == len(each.advance.all_of) for each in policies())


def test_a_named_number_is_its_value_and_stages_are_kept() -> None:
    pain, reps = criteria_of(policy())
    assert (pain["bound"], pain["from_stage"], pain["up_to_stage"]) == (3.0, "S0", "S6")
    assert (reps["bound"], reps["up_to_stage"]) == (1.0, "S3")


def test_of_sections_the_widest_bound_counts_and_what_one_takes_away_counts_nowhere() -> None:
    wider = {"numbers": {"own": {"value": 4}}, "advance": {"all_of": [
        {"rule": "pain_low", "signal": "pain_during", "at_most": "own"}]}}  # fmt: skip
    stricter = {"advance": {"all_of": [{"rule": "pain_low", "signal": "pain_during", "at_most": 1}]}}
    assert bounds(policy(sections=[stricter]))["pain_low"] == ("at_most", 3.0)
    assert bounds(policy(sections=[wider, stricter]))["pain_low"] == ("at_most", 4.0)
    assert set(bounds(policy(sections=[{"without": ["pain_low"]}]))) == {"reps_done"}


def test_a_criterion_that_a_section_puts_on_another_signal_or_side_is_left_out() -> None:
    other = {"rule": "pain_low", "signal": "pain_after", "at_most": 2}
    assert set(bounds(policy(sections=[{"advance": {"all_of": [other]}}]))) == {"reps_done"}


def test_each_rule_is_told_with_what_it_may_do() -> None:
    found = list(actions_of(policy(sections=[{"hold": [{"rule": "sore"}]}])))
    assert {(each["rule"], each["action"]) for each in found} == {
        ("red_flag", "stop"), ("sore", "hold"), ("good", "advance"),
    }  # fmt: skip
    assert {(each["policy"], each["policy_version"]) for each in found} == {("own", 3)}
