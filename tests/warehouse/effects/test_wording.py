"""Sentences speak of associations, name population, n and interval, and never of causes."""

import re

from warehouse.effects import wording
from warehouse.effects.estimates import Estimates
from warehouse.effects.gates import judge, rules
from warehouse.effects.intervals import Interval
from warehouse.effects.protocol import Protocol
from warehouse.effects.result import Arm

ARMS = (Arm("a", 100, 99, 90, 0.9, 81.4), Arm("b", 90, 90, 80, 0.89, 70.2))
CAUSES = re.compile(r"\b(improves|improved by|causes|caused|leads to|because of the program|effective at)\b")


def estimates(low: float, centre: float, high: float) -> Estimates:
    adjusted = Interval(centre, low, high)
    return Estimates(Interval(5, 3, 7), adjusted, adjusted, 1.0, "HC3")


def test_a_clear_difference_names_the_program_that_did_better(protocol: Protocol) -> None:
    text = wording.answer(protocol, ARMS, estimates(1, 2, 3), [])
    assert text.startswith(
        "Among people with neck pain (neck flexors), a was associated with 2.00 points more improvement in "
        "neck disability than b (twelve weeks after the assignment); a minus b: 2.00 points, "
        "95 % interval 1.00 to 3.00."
    )
    assert "a: 90 of 100 people measured, effective size 81; b: 80 of 90 people measured" in text
    assert "without adjustment the difference is 5.00" in text
    assert not CAUSES.search(text)


def test_a_difference_the_other_way_names_the_other_program(protocol: Protocol) -> None:
    text = wording.answer(protocol, ARMS, estimates(-3, -2, -1), [])
    assert "b was associated with 2.00 points more improvement" in text
    assert "a minus b: −2.00 points" in text


def test_an_interval_around_zero_is_no_clear_difference(protocol: Protocol) -> None:
    text = wording.answer(protocol, ARMS, estimates(-1, 1, 3), [])
    assert "no clear difference in neck disability was associated with the choice of program" in text


def test_cautions_are_part_of_the_answer(protocol: Protocol) -> None:
    overlap = next(rule for rule in rules() if rule.name == "overlap")
    text = wording.answer(protocol, ARMS, estimates(1, 2, 3), [judge(overlap, 0.7)])
    assert text.endswith("Caution: Only 70 % of the people could well have got either program; 80 % should.")


def test_a_refusal_says_what_would_be_needed(protocol: Protocol) -> None:
    size = next(rule for rule in rules() if rule.name == "size")
    assert wording.refusal(protocol, judge(size, 5)) == (
        "There is no fair comparison of a and b for people with neck pain (neck flexors) in neck disability. "
        "The smaller program has fewer than 11 people measured at both times; at least 30 are needed."
    )
