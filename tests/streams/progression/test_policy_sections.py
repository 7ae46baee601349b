from typing import Any

from streams.progression.policy_sections import laid_over, names_used, with_numbers

GENERAL: dict[str, Any] = {
    "numbers": {"safe": {"value": 3, "basis": "Silbernagel 2007"}, "good": {"value": 0.8, "basis": "ours"}},
    "stop": [{"rule": "red"}],
    "regress": [{"rule": "high", "above": 5}],
    "hold": [{"rule": "low", "below": "good", "says": "less than {good:%}"}, {"rule": "sore"}],
    "required": {"signals": ["pain_during"], "basis": "a"},
    "advance": {"consecutive_sessions": 2, "all_of": [{"rule": "calm", "at_most": "safe", "basis": "mine"}]},
}


def test_a_rule_of_a_known_name_takes_its_place_and_another_is_added() -> None:
    section = {"hold": [{"rule": "sore", "days_off": 1}, {"rule": "late"}], "without": ["low"]}
    merged = laid_over(GENERAL, [section])
    assert merged["hold"] == [{"rule": "sore", "days_off": 1}, {"rule": "late"}]
    assert GENERAL["hold"][1] == {"rule": "sore"}


def test_blocks_and_the_pace_are_laid_over_field_by_field() -> None:
    section = {
        "required": {"signals": ["quality"]},
        "advance": {"consecutive_sessions": 3, "all_of": [{"rule": "steady"}]},
    }
    merged = laid_over(GENERAL, [section])
    assert merged["required"] == {"signals": ["quality"], "basis": "a"}
    assert merged["advance"]["consecutive_sessions"] == 3
    assert [each["rule"] for each in merged["advance"]["all_of"]] == ["calm", "steady"]


def test_of_several_sections_the_later_one_wins() -> None:
    sections = [{"numbers": {"safe": {"value": value, "basis": "b"}}} for value in (2, 1)]
    assert laid_over(GENERAL, sections)["numbers"]["safe"]["value"] == 1


def test_numbers_stand_where_they_are_named_also_in_words() -> None:
    filled = with_numbers(GENERAL)
    assert filled["hold"][0] == {"rule": "low", "below": 0.8, "says": "less than 80 %", "basis": "ours"}
    assert filled["advance"]["all_of"] == [{"rule": "calm", "at_most": 3, "basis": "mine"}]


def test_the_bound_of_a_condition_within_a_rule_may_be_named_too() -> None:
    rule = {"rule": "r", "when": {"signal": "pain_during", "above": "safe"}, "says": "above {safe}"}
    filled = with_numbers(GENERAL | {"hold": [rule]})
    assert filled["hold"][0]["when"] == {"signal": "pain_during", "above": 3}
    assert filled["hold"][0]["says"] == "above 3"


def test_a_name_that_is_not_known_stays_so_that_the_check_can_tell() -> None:
    filled = with_numbers({"hold": [{"rule": "r", "above": "mood", "says": "above {mood}"}]})
    assert filled["hold"][0] == {"rule": "r", "above": "mood", "says": "above {mood}"}


def test_the_names_that_rules_stand_on_are_found() -> None:
    assert names_used(GENERAL) == {"safe", "good"}


def test_what_is_no_policy_at_all_is_left_to_the_check() -> None:
    odd: dict[str, Any] = {"hold": "words", "numbers": ["a"], "advance": 3, "stop": ["red"]}
    assert with_numbers(odd)["hold"] == "words"
    assert laid_over(odd, [{"hold": [{"rule": "a"}], "advance": {"max_step": 1}}])["hold"] == "words"
