"""The ladder and the sentences of its rules."""

from importlib.resources import files

import yaml

from contracts.vocabulary import STAGES
from dashboards.ladder import SENTENCES, because, ladder


def test_the_current_stage_is_marked_and_what_was_passed_is_told() -> None:
    drawn = ladder("S2", {"S1": "5 Jan 2026"})
    assert drawn.count('"step done"') == 2
    assert drawn.count('"step now"') == 1
    assert "Stage S2 multi-joint, step 3 of 7" in drawn
    assert "5 Jan 2026" in drawn


def test_without_a_stage_nothing_is_marked() -> None:
    assert ladder(None).count('"step ahead"') == len(STAGES)


def test_every_rule_of_the_released_policies_has_a_sentence() -> None:
    rules = set()
    for folder in files("streams.progression").joinpath("policies").iterdir():
        for path in folder.iterdir():
            policy = yaml.safe_load(path.read_text(encoding="utf-8"))
            kinds = [rule["rule"] for kind in policy["order"] if kind != "advance" for rule in policy[kind]]
            rules |= {*kinds, policy["advance"]["rule"]}
            for section in policy.get("sections", ()):
                rules |= {
                    rule["rule"]
                    for kind in policy["order"]
                    for rule in section.get(kind, ())
                    if kind != "advance"
                }
    assert rules - SENTENCES.keys() == set()


def test_an_unknown_rule_is_shown_by_its_name_and_a_reason_is_told() -> None:
    assert because("some_rule") == "Rule “some rule”."
    assert (
        because("therapist_override", "symptom_flare")
        == "The therapist set this stage. Reason given: symptom flare."
    )
    assert because(None) == "No decision yet."
